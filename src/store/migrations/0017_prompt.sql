-- Announcements in an organisation's own words. `sound` is the file in <data>/prompts/spoken that says `text`.
CREATE TABLE prompt (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  text_en TEXT NOT NULL,
  sound TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
