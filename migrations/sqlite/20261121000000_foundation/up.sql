-- Who serves. A department is a node of a tree; codes are what files and other systems call it by.
CREATE TABLE department (
  id INTEGER PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  name_zh TEXT NOT NULL,
  name_en TEXT,
  parent_id BIGINT REFERENCES department (id),
  head_email TEXT,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE employee (
  id INTEGER PRIMARY KEY NOT NULL,
  employee_no TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  department_id BIGINT NOT NULL REFERENCES department (id),
  email TEXT,
  created_at TIMESTAMP NOT NULL
);

-- Client organisations, whose members are served (D).
CREATE TABLE client (
  id INTEGER PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

-- Questionnaires. A published version never changes; the triggers below see to it.
CREATE TABLE questionnaire (
  id INTEGER PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE
);

CREATE TABLE questionnaire_version (
  id INTEGER PRIMARY KEY NOT NULL,
  questionnaire_id BIGINT NOT NULL REFERENCES questionnaire (id),
  version INTEGER NOT NULL,
  -- JSON: domain::questionnaire::Questionnaire
  definition TEXT NOT NULL,
  published_at TIMESTAMP,
  UNIQUE (questionnaire_id, version)
);

-- One service given to one customer. Department, employee, client, touchpoint and channel are frozen here.
CREATE TABLE service_record (
  id INTEGER PRIMARY KEY NOT NULL,
  external_id TEXT NOT NULL UNIQUE,
  -- SHA-256 of the record as it came: the same number with other content is a conflict.
  content_hash BLOB NOT NULL,
  department_id BIGINT NOT NULL REFERENCES department (id),
  employee_id BIGINT REFERENCES employee (id),
  client_id BIGINT REFERENCES client (id),
  -- Absent only in imported ratings that name just a channel.
  touchpoint TEXT,
  channel TEXT NOT NULL,
  service_type TEXT,
  completed_at TIMESTAMP NOT NULL,
  requested_at TIMESTAMP,
  first_response_at TIMESTAMP,
  waiting_minutes INTEGER,
  resolved BOOLEAN,
  urgent BOOLEAN NOT NULL,
  -- Sealed JSON: domain::service_record::Contact; emptied by erasure.
  contact BLOB,
  customer_hash BLOB,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX service_record_department ON service_record (department_id, completed_at);
CREATE INDEX service_record_customer ON service_record (customer_hash) WHERE customer_hash IS NOT NULL;

-- The right to answer once, for one service record. Every record has exactly one of purpose 'service', also when no
-- mail is sent: its state then says why. No column tells when an invitation was used.
CREATE TABLE invitation (
  id INTEGER PRIMARY KEY NOT NULL,
  service_record_id BIGINT NOT NULL REFERENCES service_record (id),
  purpose TEXT NOT NULL,
  state TEXT NOT NULL,
  questionnaire_version_id BIGINT NOT NULL REFERENCES questionnaire_version (id),
  locale TEXT NOT NULL,
  -- The token is HMAC(secret, salt); only its hash is here.
  salt BLOB,
  token_hash BLOB UNIQUE,
  email_hash BLOB,
  due_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  sent_at TIMESTAMP,
  UNIQUE (service_record_id, purpose)
);
CREATE INDEX invitation_email ON invitation (email_hash, due_at) WHERE email_hash IS NOT NULL;
CREATE INDEX invitation_state ON invitation (state);

-- One row per mail, with its own state; claimed with a lease, sent, marked. Reminders are further steps.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY NOT NULL,
  invitation_id BIGINT NOT NULL REFERENCES invitation (id),
  kind TEXT NOT NULL,
  step INTEGER NOT NULL,
  state TEXT NOT NULL,
  due_at TIMESTAMP NOT NULL,
  attempt INTEGER NOT NULL,
  lease_token TEXT,
  lease_until TIMESTAMP,
  -- The server's last answer, without addresses.
  reply TEXT,
  possible_duplicates INTEGER NOT NULL,
  finished_at TIMESTAMP,
  UNIQUE (invitation_id, kind, step)
);
CREATE INDEX outbox_due ON outbox (state, due_at);

-- Addresses not to be written to.
CREATE TABLE suppression (
  email_hash BLOB PRIMARY KEY NOT NULL,
  reason TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP
) WITHOUT ROWID;

-- Answers given by name (or keyed in). A response's answers are one row.
CREATE TABLE response (
  id INTEGER PRIMARY KEY NOT NULL,
  invitation_id BIGINT UNIQUE REFERENCES invitation (id),
  service_record_id BIGINT REFERENCES service_record (id),
  department_id BIGINT NOT NULL REFERENCES department (id),
  employee_id BIGINT REFERENCES employee (id),
  client_id BIGINT REFERENCES client (id),
  touchpoint TEXT,
  channel TEXT NOT NULL,
  mode TEXT NOT NULL,
  base TEXT NOT NULL,
  questionnaire_version_id BIGINT NOT NULL REFERENCES questionnaire_version (id),
  -- JSON object: question code to option value; texts stand in comment.
  answers TEXT NOT NULL,
  comment TEXT,
  -- Points of the overall answer, and of the response in hundredths.
  overall SMALLINT,
  points INTEGER,
  -- The periods it counts in, fixed when it was stored.
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  responded_at TIMESTAMP NOT NULL,
  -- Who keyed it in, for modes phone and paper.
  entered_by BIGINT,
  excluded BOOLEAN NOT NULL
);
CREATE INDEX response_comment ON response (department_id, month) WHERE comment IS NOT NULL;

-- Anonymous answers that wait for company: ciphertext of fixed length under a key that is in no database.
CREATE TABLE pending_response (
  id BLOB PRIMARY KEY NOT NULL,
  department_id BIGINT NOT NULL REFERENCES department (id),
  channel TEXT NOT NULL,
  -- Month of the service and questionnaire version: what a released answer shows, so those who wait together share it.
  cohort TEXT NOT NULL,
  sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX pending_response_group ON pending_response (department_id, channel, cohort);

-- Released anonymous answers: no key to an invitation, a record or a person, no time finer than the month, clustered
-- by a random id so that neither order nor place tells who answered when.
CREATE TABLE anonymous_response (
  id BLOB PRIMARY KEY NOT NULL,
  department_id BIGINT NOT NULL REFERENCES department (id),
  employee_id BIGINT REFERENCES employee (id),
  client_id BIGINT REFERENCES client (id),
  touchpoint TEXT,
  channel TEXT,
  mode TEXT NOT NULL,
  base TEXT NOT NULL,
  questionnaire_version_id BIGINT NOT NULL REFERENCES questionnaire_version (id),
  answers TEXT NOT NULL,
  comment TEXT,
  overall SMALLINT,
  points INTEGER,
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  excluded BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX anonymous_response_comment ON anonymous_response (department_id, month) WHERE comment IS NOT NULL;

-- Running sums of the responses that count; what pages read. employee_id 0 and client_id 0 = all of the department;
-- question '' = the response as a whole. channel '' = released without its channel. A row is keyed by the month, the
-- quarter and the year its responses count in, which differ from the calendar's only for late answers.
CREATE TABLE tally (
  department_id BIGINT NOT NULL,
  employee_id BIGINT NOT NULL,
  client_id BIGINT NOT NULL,
  question TEXT NOT NULL,
  channel TEXT NOT NULL,
  base TEXT NOT NULL,
  mode TEXT NOT NULL,
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  -- Valid answers; those of them that are satisfied; those with points, the sum of the points in hundredths, and of
  -- their squares.
  n BIGINT NOT NULL,
  satisfied BIGINT NOT NULL,
  scored BIGINT NOT NULL,
  points_sum BIGINT NOT NULL,
  points_sq_sum BIGINT NOT NULL,
  PRIMARY KEY (employee_id, client_id, question, department_id, month, channel, base, mode, quarter, year)
) WITHOUT ROWID;
CREATE INDEX tally_department ON tally (department_id, month);

-- Running counts of the service records themselves, by the month of their completion.
CREATE TABLE service_tally (
  department_id BIGINT NOT NULL,
  employee_id BIGINT NOT NULL,
  client_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  records BIGINT NOT NULL,
  -- Invitations that went out, and responses to them.
  invited BIGINT NOT NULL,
  responded BIGINT NOT NULL,
  resolved BIGINT NOT NULL,
  resolution_known BIGINT NOT NULL,
  -- First responses within their target, of those with both times.
  timely BIGINT NOT NULL,
  timed BIGINT NOT NULL,
  complaints BIGINT NOT NULL,
  PRIMARY KEY (employee_id, client_id, department_id, month, channel, quarter, year)
) WITHOUT ROWID;
CREATE INDEX service_tally_department ON service_tally (department_id, month);

-- What is promised: effective-dated, never changed, only ended and followed by another.
CREATE TABLE commitment (
  id INTEGER PRIMARY KEY NOT NULL,
  metric TEXT NOT NULL,
  level TEXT NOT NULL,
  department_id BIGINT REFERENCES department (id),
  client_id BIGINT REFERENCES client (id),
  -- Absent = all channels together.
  channel TEXT,
  grain TEXT NOT NULL,
  -- Hundredths of a percent, a point or a percentage point.
  target INTEGER NOT NULL,
  tolerance INTEGER NOT NULL,
  consequence TEXT,
  clause TEXT NOT NULL,
  -- What holds while there are too few answers.
  evidence_rule TEXT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE,
  -- Why it was set or changed, and the consent or law behind it.
  reason TEXT,
  created_at TIMESTAMP NOT NULL
);

-- Periods that have moved on from open; a period without a row is open.
CREATE TABLE period (
  id TEXT PRIMARY KEY NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  evaluated_at TIMESTAMP,
  published_at TIMESTAMP,
  sealed_at TIMESTAMP
);

-- Holidays and make-up workdays beside those shipped with the program; a row here wins.
CREATE TABLE holiday (
  date DATE PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  name TEXT
);

CREATE TABLE app_user (
  id INTEGER PRIMARY KEY NOT NULL,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  department_id BIGINT REFERENCES department (id),
  client_id BIGINT REFERENCES client (id),
  password_hash TEXT,
  locale TEXT,
  created_at TIMESTAMP NOT NULL,
  disabled_at TIMESTAMP
);

-- One-time links: set-up (no user yet), and sign-in.
CREATE TABLE sign_in_link (
  token_hash BLOB PRIMARY KEY NOT NULL,
  user_id BIGINT REFERENCES app_user (id),
  expires_at TIMESTAMP NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY NOT NULL,
  user_id BIGINT NOT NULL REFERENCES app_user (id),
  created_at TIMESTAMP NOT NULL,
  last_seen_at TIMESTAMP NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_token (
  id INTEGER PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  token_hash BLOB NOT NULL UNIQUE,
  -- Comma-separated.
  scopes TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP
);

-- Who did what: append-only, each row hashed together with the hash before it.
CREATE TABLE audit_log (
  id BIGINT PRIMARY KEY NOT NULL,
  at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- JSON, never with personal data of customers.
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
);

-- Facts about this installation: name and value.
CREATE TABLE setting (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
);

CREATE TRIGGER questionnaire_version_frozen BEFORE UPDATE ON questionnaire_version
WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published questionnaire version never changes'); END;
CREATE TRIGGER questionnaire_version_kept BEFORE DELETE ON questionnaire_version
WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published questionnaire version is never deleted'); END;
CREATE TRIGGER audit_log_frozen BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
