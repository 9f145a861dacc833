DROP TRIGGER invitation_kept;
DROP TRIGGER service_record_kept;
DROP TRIGGER client_kept;
DROP TRIGGER employee_kept;
DROP TRIGGER department_kept;
