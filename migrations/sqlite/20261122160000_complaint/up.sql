-- Complaints made through a formal channel (A2-1.2), with the number that the organisation gave them (E-3.1.3).
-- What is done about one (steps, duties, a lead department) will stand in tables of its own that name it.
CREATE TABLE complaint (
  id INTEGER PRIMARY KEY NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  -- Keyed hash of the complaint as it came, without its end: the same number with other content is a conflict.
  content_hash BLOB NOT NULL,
  -- Whose service, and in which channel, it is about; frozen when it is stored.
  department_id BIGINT NOT NULL REFERENCES department (id),
  client_id BIGINT REFERENCES client (id),
  channel TEXT NOT NULL,
  -- The service, if it is about one that is known.
  service_record_id BIGINT REFERENCES service_record (id),
  received_at TIMESTAMP NOT NULL,
  -- NULL = open.
  closed_at TIMESTAMP,
  kind TEXT,
  urgent BOOLEAN NOT NULL,
  -- Sealed JSON: the customer's contact data, what it is about and what is demanded; emptied by erasure.
  details BLOB,
  -- Keyed hashes of the customer's address and number; emptied by erasure.
  email_hash BLOB,
  customer_hash BLOB,
  -- The periods it counts in.
  month TEXT NOT NULL,
  quarter TEXT NOT NULL,
  year TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX complaint_email ON complaint (email_hash) WHERE email_hash IS NOT NULL;
CREATE INDEX complaint_customer ON complaint (customer_hash) WHERE customer_hash IS NOT NULL;
CREATE INDEX complaint_service_record ON complaint (service_record_id) WHERE service_record_id IS NOT NULL;
