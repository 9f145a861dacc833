ALTER TABLE service_tally RESET (fillfactor);
ALTER TABLE tally RESET (fillfactor);
ALTER TABLE invitation RESET (fillfactor);
ALTER TABLE response
  ADD FOREIGN KEY (department_id) REFERENCES department (id),
  ADD FOREIGN KEY (employee_id) REFERENCES employee (id),
  ADD FOREIGN KEY (client_id) REFERENCES client (id),
  ADD FOREIGN KEY (questionnaire_version_id) REFERENCES questionnaire_version (id);
ALTER TABLE anonymous_response
  ADD FOREIGN KEY (department_id) REFERENCES department (id),
  ADD FOREIGN KEY (employee_id) REFERENCES employee (id),
  ADD FOREIGN KEY (client_id) REFERENCES client (id),
  ADD FOREIGN KEY (questionnaire_version_id) REFERENCES questionnaire_version (id);
CREATE INDEX response_version ON response (questionnaire_version_id);
CREATE INDEX anonymous_response_version ON anonymous_response (questionnaire_version_id);
DROP TABLE version_tally;
CREATE INDEX invitation_expiry ON invitation (expires_at) WHERE state = 'sent';
