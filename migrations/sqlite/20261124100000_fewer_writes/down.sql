CREATE INDEX response_version ON response (questionnaire_version_id);
CREATE INDEX anonymous_response_version ON anonymous_response (questionnaire_version_id);
DROP TABLE version_tally;
CREATE INDEX invitation_expiry ON invitation (expires_at) WHERE state = 'sent';
