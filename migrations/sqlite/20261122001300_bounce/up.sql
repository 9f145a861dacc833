-- What came back of mails, without addresses; the first of each kind for a mail.
CREATE TABLE bounce (
  id INTEGER PRIMARY KEY NOT NULL,
  outbox_id BIGINT NOT NULL REFERENCES outbox (id),
  kind TEXT NOT NULL,
  -- RFC 3463, where the server gave one.
  status TEXT,
  -- How it was heard: at once by SMTP, from the directory, over the API.
  source TEXT NOT NULL,
  received_at TIMESTAMP NOT NULL,
  UNIQUE (outbox_id, kind)
);

-- Mail to return paths that changed nothing, by day: forged, answered by machines, from persons.
CREATE TABLE bounce_tally (
  day DATE NOT NULL,
  reason TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (day, reason)
);

-- Signatures of what was handed in over the API, so that none is taken twice; kept as long as their time is valid.
CREATE TABLE bounce_signature (
  signature BLOB PRIMARY KEY NOT NULL,
  received_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
