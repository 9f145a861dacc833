-- A service that the source closed by itself is not asked about.
ALTER TABLE service_record ADD COLUMN closed_automatically BOOLEAN NOT NULL DEFAULT FALSE;

-- Which services are left out, by whose word, from when: each change is a new version, and an invitation keeps the one
-- that it was judged by. Version 0, before the first change, leaves nothing out.
CREATE TABLE eligibility (
  version BIGINT PRIMARY KEY NOT NULL,
  -- JSON: domain::eligibility::Rule
  rules TEXT NOT NULL,
  made_at TIMESTAMP NOT NULL,
  made_by TEXT NOT NULL
);

ALTER TABLE invitation ADD COLUMN rules_version BIGINT NOT NULL DEFAULT 0;
-- The rule that left it out, from 0; none where it was left out for another reason, or not at all.
ALTER TABLE invitation ADD COLUMN rule BIGINT;

CREATE TRIGGER eligibility_frozen BEFORE UPDATE OR DELETE ON eligibility
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
