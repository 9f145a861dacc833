-- Answers that are left out of every figure, or are asked to be: by whom, why, and who agreed. A row is never deleted.
CREATE TABLE exclusion (
  id INTEGER PRIMARY KEY NOT NULL,
  -- As other systems know the response: the key of a named one, 32 hex digits of an anonymous one.
  response TEXT NOT NULL,
  department_id BIGINT NOT NULL REFERENCES department (id),
  -- The periods it counts in.
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  channel TEXT NOT NULL,
  base TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT,
  -- requested, excluded, refused or restored
  state TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at TIMESTAMP NOT NULL,
  decided_by TEXT,
  decided_at TIMESTAMP,
  restored_by TEXT,
  restored_at TIMESTAMP
);
CREATE UNIQUE INDEX exclusion_response ON exclusion (response) WHERE state IN ('requested', 'excluded');
CREATE INDEX exclusion_department ON exclusion (department_id, month);
CREATE TRIGGER exclusion_kept BEFORE DELETE ON exclusion
BEGIN SELECT RAISE(ABORT, 'an exclusion is never deleted'); END;
