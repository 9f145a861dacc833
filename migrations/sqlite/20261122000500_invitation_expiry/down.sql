CREATE INDEX invitation_state ON invitation (state);
DROP INDEX invitation_expiry;
