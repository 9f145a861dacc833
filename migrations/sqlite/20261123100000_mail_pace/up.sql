-- How fast mail goes to a domain, for all instances: a row for each that has a limit or has asked us to wait, and none for
-- others. Under a keyed hash, as a domain may be one person's.
CREATE TABLE mail_pace (
  domain_hash BLOB PRIMARY KEY NOT NULL,
  -- When the next mail is in turn by the limit.
  next_at TIMESTAMP NOT NULL,
  -- The last turn that was given to a mail which waits for it.
  booked_until TIMESTAMP NOT NULL,
  -- Nothing goes to the domain before.
  held_until TIMESTAMP NOT NULL
);
