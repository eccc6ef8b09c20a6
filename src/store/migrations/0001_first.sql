-- The first schema. The same statements run on SQLite and PostgreSQL: BIGINT and TEXT only, sealed bytes as base64 text,
-- times in Unix milliseconds, booleans as 0 and 1. Statements end with a semicolon at the end of a line.

CREATE TABLE journal (
  seq BIGINT PRIMARY KEY,
  node TEXT NOT NULL,
  contact TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  facts TEXT NOT NULL,
  content_ref TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX journal_contact ON journal (contact, seq);
CREATE INDEX journal_kind_at ON journal (kind, at);

-- What people said, sealed under the key of their contact. content_ref in the journal is the SHA-256 of `sealed`.
CREATE TABLE content (
  ref TEXT PRIMARY KEY,
  contact TEXT NOT NULL,
  sealed TEXT NOT NULL
);
CREATE INDEX content_contact ON content (contact);

-- One key per contact, wrapped under the master key. Erasing a contact is deleting this row.
CREATE TABLE contact_key (
  contact TEXT PRIMARY KEY,
  wrapped TEXT NOT NULL
);

CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  medium TEXT NOT NULL,
  line TEXT NOT NULL,
  agent TEXT NOT NULL,
  party_key TEXT NOT NULL,
  party_sealed TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  end_reason TEXT NOT NULL,
  level INTEGER NOT NULL,
  categories TEXT NOT NULL,
  flags TEXT NOT NULL,
  criteria_version TEXT NOT NULL,
  recording TEXT NOT NULL,
  erased_at BIGINT NOT NULL
);
CREATE INDEX contact_started ON contact (started_at);
CREATE INDEX contact_party ON contact (party_key, started_at);

CREATE TABLE case_file (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  contact TEXT NOT NULL,
  state TEXT NOT NULL,
  level INTEGER NOT NULL,
  categories TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_by TEXT NOT NULL,
  owner TEXT NOT NULL
);
CREATE UNIQUE INDEX case_number ON case_file (number);
CREATE UNIQUE INDEX case_contact ON case_file (contact);

CREATE TABLE block (
  id TEXT PRIMARY KEY,
  party_key TEXT NOT NULL,
  party_sealed TEXT NOT NULL,
  contact TEXT NOT NULL,
  reason TEXT NOT NULL,
  blocked_by TEXT NOT NULL,
  blocked_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  lifted_at BIGINT NOT NULL,
  lifted_by TEXT NOT NULL
);
CREATE INDEX block_party ON block (party_key);

CREATE TABLE app_user (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change INTEGER NOT NULL,
  failed_logins INTEGER NOT NULL,
  locked_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX app_user_name ON app_user (name);

CREATE TABLE app_session (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
