DROP TABLE eligibility;
ALTER TABLE invitation DROP COLUMN rule;
ALTER TABLE invitation DROP COLUMN rules_version;
ALTER TABLE service_record DROP COLUMN closed_automatically;
