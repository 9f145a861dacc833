DROP TABLE partial_response;
