CREATE INDEX anonymous_response_month ON anonymous_response (department_id, month, id);
