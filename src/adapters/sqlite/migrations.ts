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
  `
  ALTER TABLE operation ADD COLUMN subject TEXT;
  ALTER TABLE operation ADD COLUMN actor TEXT NOT NULL DEFAULT 'owner';
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    context TEXT NOT NULL,
    operation TEXT,
    actor TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_subject ON event (subject);
  `,
  `
  CREATE TABLE token (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    holder TEXT,
    "from" TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT,
    result TEXT NOT NULL,
    ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX audit_who ON audit (who, seq);
  `,
  `
  CREATE TABLE machine (
    context TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (context, name)
  ) STRICT;
  `,
  `
  CREATE TABLE app (
    id TEXT PRIMARY KEY,
    context TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (context, name)
  ) STRICT;
  CREATE TABLE release (
    app TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (app, id)
  ) STRICT;
  CREATE TABLE deployment (
    id TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    started_at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX deployment_app ON deployment (app);
  `,
  'CREATE TABLE cloud_machine (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
  'CREATE TABLE context (name TEXT PRIMARY KEY, created_at TEXT NOT NULL) STRICT;',
  'CREATE TABLE certificate (domain TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
  `
  CREATE TABLE job_run (
    id TEXT PRIMARY KEY,
    app TEXT NOT NULL,
    started_at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX job_run_app ON job_run (app);
  `,
  'CREATE TABLE webhook (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, record TEXT NOT NULL) STRICT;',
]
