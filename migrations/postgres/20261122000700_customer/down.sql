DROP TABLE suspect_tally;
DROP TABLE response_correction;
ALTER TABLE anonymous_response DROP COLUMN notice_id;
ALTER TABLE response DROP COLUMN notice_id;
DROP TABLE privacy_notice;
