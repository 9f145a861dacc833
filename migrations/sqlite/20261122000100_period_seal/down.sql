DROP TABLE period_reopening;
DROP TABLE sealed_score;
DROP TABLE period_seal;
ALTER TABLE period DROP COLUMN told_at;
