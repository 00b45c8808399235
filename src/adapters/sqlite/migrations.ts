/**
 * The schema's history: entry N brings a database of version N to N + 1. Only ever append; a released entry never
 * changes.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE project (
    name TEXT PRIMARY KEY,
    directory TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE env (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    subnet TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL,
    UNIQUE (project, name)
  ) STRICT;
  CREATE TABLE session (
    id TEXT PRIMARY KEY,
    env_id TEXT NOT NULL,
    started_at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE operation (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    env_id TEXT,
    input TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    error TEXT
  ) STRICT;
  CREATE INDEX operation_state ON operation (state);
  CREATE INDEX operation_started ON operation (started_at);
  CREATE TABLE step (
    operation_id TEXT NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (operation_id, seq)
  ) STRICT;
  `,
  'ALTER TABLE operation ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;',
]
