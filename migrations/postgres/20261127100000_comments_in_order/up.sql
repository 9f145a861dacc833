-- A page shows the newest comments of whoever was asked, and of whoever came by a counter: each department's stand in
-- that order, so that only those are read which are shown (db/response.rs).
DROP INDEX response_comment;
CREATE INDEX response_comment ON response (department_id, month, id) WHERE comment IS NOT NULL AND base <> 'walk_up';
CREATE INDEX response_walk_up ON response (department_id, month, id) WHERE comment IS NOT NULL AND base = 'walk_up';
DROP INDEX anonymous_response_comment;
CREATE INDEX anonymous_response_comment ON anonymous_response (department_id, month, id) WHERE comment IS NOT NULL AND base <> 'walk_up';
CREATE INDEX anonymous_response_walk_up ON anonymous_response (department_id, month, id) WHERE comment IS NOT NULL AND base = 'walk_up';
