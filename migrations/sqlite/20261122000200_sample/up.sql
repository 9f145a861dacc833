-- The quarter's sampled follow-up (B3-2.3.3). A draw is never changed: a redraw is a new row with its reason, and the
-- one with the highest number is in force.
CREATE TABLE sample (
  id INTEGER PRIMARY KEY NOT NULL,
  period TEXT NOT NULL,
  -- 1, 2, 3 …
  number INTEGER NOT NULL,
  seed BIGINT NOT NULL,
  -- Millionths.
  fraction INTEGER NOT NULL,
  frame_size BIGINT NOT NULL,
  frame_hash BLOB NOT NULL,
  -- Why it was drawn again.
  reason TEXT,
  -- A user's address, or cli.
  drawn_by TEXT NOT NULL,
  drawn_at TIMESTAMP NOT NULL,
  UNIQUE (period, number)
);

-- What was drawn from in each department and channel, and how many of it.
CREATE TABLE sample_stratum (
  sample_id BIGINT NOT NULL REFERENCES sample (id),
  department_id BIGINT NOT NULL REFERENCES department (id),
  channel TEXT NOT NULL,
  eligible BIGINT NOT NULL,
  drawn BIGINT NOT NULL,
  PRIMARY KEY (sample_id, department_id, channel)
) WITHOUT ROWID;

-- The list, in the order drawn.
CREATE TABLE sample_member (
  sample_id BIGINT NOT NULL REFERENCES sample (id),
  position INTEGER NOT NULL,
  service_record_id BIGINT NOT NULL REFERENCES service_record (id),
  PRIMARY KEY (sample_id, position),
  UNIQUE (sample_id, service_record_id)
) WITHOUT ROWID;

-- What came of trying to reach a customer who was drawn: the last one counts. By record, so that it outlives a redraw.
CREATE TABLE sample_attempt (
  id INTEGER PRIMARY KEY NOT NULL,
  service_record_id BIGINT NOT NULL REFERENCES service_record (id),
  disposition TEXT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES app_user (id),
  at TIMESTAMP NOT NULL
);
CREATE INDEX sample_attempt_record ON sample_attempt (service_record_id);
-- A customer who was drawn answers once.
CREATE UNIQUE INDEX sample_attempt_answered ON sample_attempt (service_record_id) WHERE disposition = 'answered';
CREATE UNIQUE INDEX response_sample ON response (service_record_id) WHERE base = 'sample';

CREATE TRIGGER sample_frozen BEFORE UPDATE ON sample
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_kept BEFORE DELETE ON sample
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_stratum_frozen BEFORE UPDATE ON sample_stratum
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_stratum_kept BEFORE DELETE ON sample_stratum
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_member_frozen BEFORE UPDATE ON sample_member
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_member_kept BEFORE DELETE ON sample_member
BEGIN SELECT RAISE(ABORT, 'a drawn sample never changes'); END;
CREATE TRIGGER sample_attempt_frozen BEFORE UPDATE ON sample_attempt
BEGIN SELECT RAISE(ABORT, 'what came of an attempt never changes'); END;
CREATE TRIGGER sample_attempt_kept BEFORE DELETE ON sample_attempt
BEGIN SELECT RAISE(ABORT, 'what came of an attempt never changes'); END;
