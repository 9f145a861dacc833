DROP TABLE sent_page;
DROP INDEX anonymous_response_counter;
DROP INDEX response_counter;
ALTER TABLE anonymous_response DROP COLUMN counter_id;
ALTER TABLE response DROP COLUMN form_number;
ALTER TABLE response DROP COLUMN counter_id;
DROP TABLE counter;
