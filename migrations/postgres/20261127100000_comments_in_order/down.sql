DROP INDEX response_walk_up;
DROP INDEX response_comment;
CREATE INDEX response_comment ON response (department_id, month) WHERE comment IS NOT NULL;
DROP INDEX anonymous_response_walk_up;
DROP INDEX anonymous_response_comment;
CREATE INDEX anonymous_response_comment ON anonymous_response (department_id, month) WHERE comment IS NOT NULL;
