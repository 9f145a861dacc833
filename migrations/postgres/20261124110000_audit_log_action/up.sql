-- Pages ask for the newest entries of an action: with the subject before the number all of them were read and sorted.
DROP INDEX audit_log_action;
CREATE INDEX audit_log_action ON audit_log (action, id);
