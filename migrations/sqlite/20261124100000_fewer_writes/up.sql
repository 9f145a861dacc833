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
