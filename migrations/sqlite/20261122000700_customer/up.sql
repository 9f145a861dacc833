-- The privacy notice word for word, as customers were told it; a response says which one.
CREATE TABLE privacy_notice (
  id INTEGER PRIMARY KEY NOT NULL,
  -- SHA-256 of both texts.
  hash BLOB NOT NULL UNIQUE,
  zh_cn TEXT NOT NULL,
  en TEXT NOT NULL,
  since TIMESTAMP NOT NULL
);
ALTER TABLE response ADD COLUMN notice_id BIGINT;
ALTER TABLE anonymous_response ADD COLUMN notice_id BIGINT;

-- What a named response said before its one correction. The key keeps it to one.
CREATE TABLE response_correction (
  response_id BIGINT PRIMARY KEY NOT NULL REFERENCES response (id),
  answers TEXT NOT NULL,
  comment TEXT,
  overall SMALLINT,
  points INTEGER,
  corrected_at TIMESTAMP NOT NULL
) WITHOUT ROWID;

-- Forms that only a robot would send, by day: put aside without their answers, and counted in no figure.
CREATE TABLE suspect_tally (
  day DATE NOT NULL,
  reason TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (day, reason)
) WITHOUT ROWID;
