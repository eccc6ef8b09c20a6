-- Versions of what the organisation decides: criteria and action rules (docs/adr/0018). Kept for ever. `step` counts what was
-- done with a version; the second of two people who act on the same state is refused by the key of rule_version_step.
CREATE TABLE rule_version (
  kind TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  note TEXT NOT NULL,
  author TEXT NOT NULL,
  state TEXT NOT NULL,
  step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  submitted_at BIGINT NOT NULL,
  reviewer TEXT NOT NULL,
  reviewed_at BIGINT NOT NULL,
  alone INTEGER NOT NULL,
  applies_from BIGINT NOT NULL,
  in_force_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (kind, number)
);
CREATE TABLE rule_version_step (
  kind TEXT NOT NULL,
  number BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (kind, number, step)
);
