-- What the organisation says in its own words in the mails of a questionnaire: the newest revision holds. Rows are only
-- added, so that it can be seen later what a customer was written.
CREATE TABLE mail_text (
  id INTEGER PRIMARY KEY NOT NULL,
  questionnaire_id BIGINT NOT NULL REFERENCES questionnaire (id),
  revision BIGINT NOT NULL,
  definition TEXT NOT NULL,
  saved_at TIMESTAMP NOT NULL,
  saved_by TEXT NOT NULL,
  UNIQUE (questionnaire_id, revision)
);

-- Bound when a mail is claimed first, so that every attempt sends the same bytes; no text = the one manyi brings along.
ALTER TABLE outbox ADD COLUMN mail_text_id BIGINT;
-- Whether the mail asks the first question itself; NULL before the first claim.
ALTER TABLE outbox ADD COLUMN asks BOOLEAN;
CREATE INDEX outbox_mail_text ON outbox (mail_text_id) WHERE mail_text_id IS NOT NULL;
