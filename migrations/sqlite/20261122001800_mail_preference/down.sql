DROP TABLE reminder_refusal;
