-- Staff see how many have answered a version of a questionnaire, counted up to a bound.
CREATE INDEX response_version ON response (questionnaire_version_id);
CREATE INDEX anonymous_response_version ON anonymous_response (questionnaire_version_id);
