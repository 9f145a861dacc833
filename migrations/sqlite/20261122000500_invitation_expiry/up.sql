-- Of those that wait for an answer only: an index of all states would be written at every change of one.
CREATE INDEX invitation_expiry ON invitation (expires_at) WHERE state = 'sent';
DROP INDEX invitation_state;
