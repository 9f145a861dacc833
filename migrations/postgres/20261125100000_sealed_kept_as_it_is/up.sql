-- What is sealed looks random: trying to compress it takes time and gains nothing.
ALTER TABLE pending_response ALTER COLUMN sealed SET STORAGE EXTERNAL;
