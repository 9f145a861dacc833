DROP INDEX complaint_closed;
DROP INDEX complaint_open;
