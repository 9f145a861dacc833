-- The same step tells PostgreSQL not to try to compress what is sealed; SQLite never does.
SELECT 1;
