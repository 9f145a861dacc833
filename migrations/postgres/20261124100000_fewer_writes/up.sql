-- What an earlier version is storing at this moment is waited for; what it would store from here on is not counted below,
-- so all instances of it have to be stopped before.
LOCK TABLE response, anonymous_response IN ACCESS EXCLUSIVE MODE;

-- That the time of an invitation is over is read off its times: no row is rewritten for it, and none is looked for.
DROP INDEX invitation_expiry;

-- How many responses there are to each version of a questionnaire, counted as they are stored; indexes for counting them
-- on a page cost every answer a page of its own.
CREATE TABLE version_tally (
  questionnaire_version_id BIGINT PRIMARY KEY REFERENCES questionnaire_version (id),
  responses BIGINT NOT NULL
);
INSERT INTO version_tally (questionnaire_version_id, responses)
SELECT questionnaire_version_id, count(*)
FROM (
  SELECT questionnaire_version_id FROM response UNION ALL SELECT questionnaire_version_id FROM anonymous_response
) AS stored
GROUP BY questionnaire_version_id;
DROP INDEX response_version;
DROP INDEX anonymous_response_version;

-- What a response repeats (department, employee, client) is bound by its service record, its counter, or before it was
-- released; its version by version_tally, to which every response is added in its transaction. None of these rows is ever
-- deleted, and checking all of it again takes longer than to store the response.
ALTER TABLE response
  DROP CONSTRAINT response_department_id_fkey,
  DROP CONSTRAINT response_employee_id_fkey,
  DROP CONSTRAINT response_client_id_fkey,
  DROP CONSTRAINT response_questionnaire_version_id_fkey;
ALTER TABLE anonymous_response
  DROP CONSTRAINT anonymous_response_department_id_fkey,
  DROP CONSTRAINT anonymous_response_employee_id_fkey,
  DROP CONSTRAINT anonymous_response_client_id_fkey,
  DROP CONSTRAINT anonymous_response_questionnaire_version_id_fkey;

-- Room for the next state of a row on its own page, so that no index has to learn of it.
ALTER TABLE invitation SET (fillfactor = 50);
ALTER TABLE tally SET (fillfactor = 50);
ALTER TABLE service_tally SET (fillfactor = 50);
