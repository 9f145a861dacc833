-- Customers who ask to be contacted about a low answer.
ALTER TABLE response ADD COLUMN wants_contact BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX response_contact ON response (department_id, responded_at) WHERE wants_contact;
