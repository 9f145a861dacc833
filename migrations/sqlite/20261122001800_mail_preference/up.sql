-- Customers who want invitations but no reminders, by keyed hash of the address.
CREATE TABLE reminder_refusal (
  email_hash BLOB PRIMARY KEY NOT NULL,
  created_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
