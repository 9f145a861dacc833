DROP TABLE questionnaire_choice;
DROP TABLE questionnaire_draft;
ALTER TABLE questionnaire_version DROP COLUMN published_by;
ALTER TABLE questionnaire_version DROP COLUMN long_because;
