ALTER TABLE outbox DROP COLUMN first_due_at;
