-- Places where customers are served in person and may answer uninvited, by a code that hangs there.
CREATE TABLE counter (
  id INTEGER PRIMARY KEY NOT NULL,
  -- Ten letters and digits, as they stand in the address: domain::counter::Code. It is printed, so it is no secret.
  code TEXT NOT NULL UNIQUE,
  department_id BIGINT NOT NULL REFERENCES department (id),
  touchpoint TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);

-- The counter of a walk-up answer; absent where an anonymous one was released without it.
ALTER TABLE response ADD COLUMN counter_id BIGINT REFERENCES counter (id);
-- The number that staff wrote on a paper form.
ALTER TABLE response ADD COLUMN form_number TEXT;
ALTER TABLE anonymous_response ADD COLUMN counter_id BIGINT REFERENCES counter (id);
CREATE INDEX response_counter ON response (counter_id, month) WHERE counter_id IS NOT NULL;
CREATE INDEX anonymous_response_counter ON anonymous_response (counter_id, month) WHERE counter_id IS NOT NULL;

-- Pages of counters that were sent: each is good for one answer. A keyed hash, in its own order, and the day after which
-- the page is too old anyway.
CREATE TABLE sent_page (
  hash BLOB PRIMARY KEY NOT NULL,
  until DATE NOT NULL
) WITHOUT ROWID;
