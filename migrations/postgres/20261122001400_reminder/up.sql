-- When a reminder was due at first; of an invitation's own mail the invitation tells.
ALTER TABLE outbox ADD COLUMN first_due_at TIMESTAMP;
