-- What is filled in of a questionnaire of several pages and not sent yet: ciphertext of a length that the questionnaire
-- alone decides, without a time. It goes with the answer, with the end of its invitation, or with the invitation.
CREATE TABLE partial_response (
  invitation_id BIGINT PRIMARY KEY NOT NULL REFERENCES invitation (id) ON DELETE CASCADE,
  sealed BLOB NOT NULL
);
