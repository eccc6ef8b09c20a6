-- Voiceprints (docs/adr/0016-voiceprint.md): apart from contacts and cases, each under a key of its own. Erasing one empties
-- `wrapped` and `sealed`; the rest stays, to show who kept what for what purpose and until when.

CREATE TABLE voiceprint (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  contact TEXT NOT NULL,
  purpose TEXT NOT NULL,
  model TEXT NOT NULL,
  speech_ms BIGINT NOT NULL,
  wrapped TEXT NOT NULL,
  sealed TEXT NOT NULL,
  enrolled_by TEXT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  erased_by TEXT NOT NULL,
  erased_at BIGINT NOT NULL
);
CREATE INDEX voiceprint_case ON voiceprint (case_id);
CREATE INDEX voiceprint_expires ON voiceprint (erased_at, expires_at);
