DROP INDEX response_contact;
ALTER TABLE response DROP COLUMN wants_contact;
