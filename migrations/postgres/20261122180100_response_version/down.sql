DROP INDEX response_version;
DROP INDEX anonymous_response_version;
