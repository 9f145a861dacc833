DROP INDEX response_entry;
ALTER TABLE response DROP COLUMN entry;
