-- When the result was told first; published_at is when it was told last, after a reopening.
ALTER TABLE period ADD COLUMN told_at TIMESTAMP;

-- Sealed periods: what was counted, by which rules, with what result. Append-only, each row hashed together with the
-- hash before it (DESIGN decision 10). The texts are canonical JSON: domain::edition.
CREATE TABLE period_seal (
  -- 1, 2, 3 … without a gap.
  id BIGINT PRIMARY KEY NOT NULL,
  period TEXT NOT NULL,
  -- 1 for the first seal of a period, one more after each reopening.
  revision INTEGER NOT NULL,
  sealed_at TIMESTAMP NOT NULL,
  sealed_by TEXT NOT NULL,
  -- Why it was sealed early, and who reopened the revision before it, for which reason.
  circumstances TEXT NOT NULL,
  -- The departments by code with names and parents.
  organisation TEXT NOT NULL,
  -- Tallies and counts of services, with codes in place of keys.
  inputs TEXT NOT NULL,
  -- Commitments in force and thresholds.
  rules TEXT NOT NULL,
  -- Every figure at the level of organisation, departments and employees, over all channels and each.
  results TEXT NOT NULL,
  hash BYTEA NOT NULL,
  UNIQUE (period, revision)
);

-- The results of a seal one by one, so that a page reads only those it shows.
CREATE TABLE sealed_score (
  period TEXT NOT NULL,
  revision INTEGER NOT NULL,
  -- Its place in the results, from 0.
  position INTEGER NOT NULL,
  level TEXT NOT NULL,
  channel TEXT NOT NULL,
  -- Codes; empty where there is none.
  department TEXT NOT NULL,
  employee TEXT NOT NULL,
  -- JSON: domain::edition::Row
  score TEXT NOT NULL,
  PRIMARY KEY (period, revision, position)
);
CREATE INDEX sealed_score_subject ON sealed_score (period, revision, level, channel, department);

-- An employee's own record.
CREATE INDEX sealed_score_employee ON sealed_score (employee) WHERE employee <> '';

-- Reopening takes two persons: one asks, another confirms. A confirmed row stays.
CREATE TABLE period_reopening (
  period TEXT NOT NULL,
  -- 1 for the first reopening of a period.
  number INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at TIMESTAMP NOT NULL,
  reason TEXT NOT NULL,
  confirmed_by TEXT,
  confirmed_at TIMESTAMP,
  PRIMARY KEY (period, number)
);

CREATE TRIGGER period_seal_frozen BEFORE UPDATE OR DELETE ON period_seal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed_score_frozen BEFORE UPDATE OR DELETE ON sealed_score
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER period_reopening_frozen BEFORE UPDATE OR DELETE ON period_reopening
  FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
