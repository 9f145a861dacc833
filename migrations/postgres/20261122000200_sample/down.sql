DROP INDEX response_sample;
DROP TABLE sample_attempt;
DROP TABLE sample_member;
DROP TABLE sample_stratum;
DROP TABLE sample;
