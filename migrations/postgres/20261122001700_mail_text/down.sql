DROP INDEX outbox_mail_text;
ALTER TABLE outbox DROP COLUMN asks;
ALTER TABLE outbox DROP COLUMN mail_text_id;
DROP TABLE mail_text;
