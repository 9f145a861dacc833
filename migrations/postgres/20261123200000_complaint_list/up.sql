-- What staff look at: those that are open, oldest first; those that are closed, latest first.
CREATE INDEX complaint_open ON complaint (received_at) WHERE closed_at IS NULL;
CREATE INDEX complaint_closed ON complaint (closed_at) WHERE closed_at IS NOT NULL;
