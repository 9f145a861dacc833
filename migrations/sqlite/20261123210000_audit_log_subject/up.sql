-- Pages ask for the newest entries of an action, and of an action on a subject.
CREATE INDEX audit_log_action ON audit_log (action, subject, id);
