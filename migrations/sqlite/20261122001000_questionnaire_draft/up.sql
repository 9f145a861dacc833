-- The next version of a questionnaire while it is written, or a questionnaire that was never published. Publishing turns
-- it into a row of questionnaire_version.
CREATE TABLE questionnaire_draft (
  code TEXT PRIMARY KEY NOT NULL,
  -- Grows with each save; who saves says which one was read, so that nobody's work is overwritten unseen.
  revision BIGINT NOT NULL,
  -- JSON: domain::questionnaire_draft::Draft
  definition TEXT NOT NULL,
  -- The version it was begun from.
  base INTEGER,
  changed_at TIMESTAMP NOT NULL,
  changed_by TEXT NOT NULL
);

ALTER TABLE questionnaire_version ADD COLUMN published_by TEXT;
-- Why it is longer than a customer should be asked for.
ALTER TABLE questionnaire_version ADD COLUMN long_because TEXT;

-- Which questionnaire a channel asks, from when: the newest row of a channel is in force. Before the first one, the
-- questionnaire whose code is the channel's name.
CREATE TABLE questionnaire_choice (
  id INTEGER PRIMARY KEY NOT NULL,
  channel TEXT NOT NULL,
  questionnaire_id BIGINT NOT NULL REFERENCES questionnaire (id),
  since TIMESTAMP NOT NULL,
  chosen_by TEXT NOT NULL
);

CREATE TRIGGER questionnaire_choice_frozen BEFORE UPDATE ON questionnaire_choice
BEGIN SELECT RAISE(ABORT, 'which questionnaire was asked never changes'); END;
CREATE TRIGGER questionnaire_choice_kept BEFORE DELETE ON questionnaire_choice
BEGIN SELECT RAISE(ABORT, 'which questionnaire was asked never changes'); END;
