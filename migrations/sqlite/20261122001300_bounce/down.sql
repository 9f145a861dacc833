DROP TABLE bounce_signature;
DROP TABLE bounce_tally;
DROP TABLE bounce;
