-- What others name is never deleted, whoever asks for it.
CREATE TRIGGER department_kept BEFORE DELETE ON department BEGIN SELECT RAISE(ABORT, 'department is kept for ever'); END;
CREATE TRIGGER employee_kept BEFORE DELETE ON employee BEGIN SELECT RAISE(ABORT, 'employee is kept for ever'); END;
CREATE TRIGGER client_kept BEFORE DELETE ON client BEGIN SELECT RAISE(ABORT, 'client is kept for ever'); END;
CREATE TRIGGER service_record_kept BEFORE DELETE ON service_record BEGIN SELECT RAISE(ABORT, 'service_record is kept for ever'); END;
CREATE TRIGGER invitation_kept BEFORE DELETE ON invitation BEGIN SELECT RAISE(ABORT, 'invitation is kept for ever'); END;
