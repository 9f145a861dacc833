DROP INDEX audit_log_action;
CREATE INDEX audit_log_action ON audit_log (action, subject, id);
