DROP INDEX anonymous_response_month;
DROP INDEX response_month;
