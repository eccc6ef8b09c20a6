-- One customer over several numbers and channels, as people said so. `a` and `b` are what a contact is found by: its party_key,
-- or "contact:<id>" where it has no number or address. Why is in the journal, sealed with `contact_a`. A customer is whoever is
-- reached over links that are in force (unlinked_at = 0); nothing here is ever made by the program itself.
CREATE TABLE party_link (
  id TEXT PRIMARY KEY,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  contact_a TEXT NOT NULL,
  contact_b TEXT NOT NULL,
  basis TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  linked_at BIGINT NOT NULL,
  unlinked_by TEXT NOT NULL,
  unlinked_at BIGINT NOT NULL
);
CREATE INDEX party_link_a ON party_link (a);
CREATE INDEX party_link_b ON party_link (b);

-- The name that somebody gave in a contact, written down by a person. It only makes a hint: two people may have one name.
CREATE TABLE customer_name (
  contact TEXT PRIMARY KEY,
  name_key TEXT NOT NULL,
  name_sealed TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL
);
CREATE INDEX customer_name_key ON customer_name (name_key);
