-- The page that staff keyed an answer into, at random: what is sent twice is entered once.
ALTER TABLE response ADD COLUMN entry TEXT;
CREATE UNIQUE INDEX response_entry ON response (entry) WHERE entry IS NOT NULL;
