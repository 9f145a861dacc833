-- The newest answers of one department and month are read one by one for key drivers; without these the cost of a
-- department's page would grow with the number of all responses.
CREATE INDEX response_month ON response (department_id, month, id);
CREATE INDEX anonymous_response_month ON anonymous_response (department_id, month, id);
