-- Words of an organisation's own, which the built-in recogniser takes up without a restart.
CREATE TABLE own_word (
  spelling TEXT NOT NULL,
  reading TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (spelling, reading)
);
