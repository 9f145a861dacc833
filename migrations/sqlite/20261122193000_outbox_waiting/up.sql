-- What waits, in the order in which it is claimed: however long the queue, a claim reads only what it takes.
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE state IN ('queued', 'retry');
