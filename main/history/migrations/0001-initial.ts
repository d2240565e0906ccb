import type { Migration } from '../migrate.ts'

/**
 * The library, the jobs and what they found.
 *
 * Images that leave the library keep their row (`removed_at`), because jobs refer to it: history never
 * loses its subject, and an image that comes back finds its past again.
 */
export const initial: Migration = {
  version: 1,
  sql: `
    CREATE TABLE folders (
      id        INTEGER PRIMARY KEY AUTOINCREMENT,
      path      TEXT    NOT NULL UNIQUE,
      recursive INTEGER NOT NULL CHECK (recursive IN (0, 1)),
      watched   INTEGER NOT NULL CHECK (watched IN (0, 1)),
      added_at  INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE images (
      id            INTEGER PRIMARY KEY AUTOINCREMENT,
      path          TEXT    NOT NULL,
      identity      TEXT    NOT NULL,
      header        TEXT    NOT NULL,
      single        INTEGER NOT NULL CHECK (single IN (0, 1)),
      links_trusted INTEGER NOT NULL DEFAULT 0 CHECK (links_trusted IN (0, 1)),
      added_at      INTEGER NOT NULL,
      missing_since INTEGER,
      removed_at    INTEGER,
      last_check    TEXT,
      last_hash     TEXT
    ) STRICT;
    CREATE INDEX images_by_path ON images (path);
    CREATE INDEX images_by_identity ON images (identity);

    CREATE TABLE allocations (
      image_id    INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
      mapped_at   INTEGER NOT NULL,
      modified_at INTEGER NOT NULL,
      file_length INTEGER NOT NULL,
      summary     BLOB    NOT NULL
    ) STRICT;

    CREATE TABLE batches (
      id         INTEGER PRIMARY KEY AUTOINCREMENT,
      title      TEXT    NOT NULL,
      request    TEXT    NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at   INTEGER,
      skipped    TEXT    NOT NULL
    ) STRICT;

    CREATE TABLE jobs (
      id             INTEGER PRIMARY KEY AUTOINCREMENT,
      kind           TEXT    NOT NULL,
      request        TEXT    NOT NULL,
      image_id       INTEGER NOT NULL REFERENCES images (id),
      image_path     TEXT    NOT NULL,
      batch_id       INTEGER REFERENCES batches (id),
      state          TEXT    NOT NULL,
      outcome        TEXT,
      actor          TEXT    NOT NULL,
      engine_version TEXT    NOT NULL,
      queued_at      INTEGER NOT NULL,
      started_at     INTEGER,
      ended_at       INTEGER,
      summary        TEXT,
      result         TEXT,
      error          TEXT,
      file_before    TEXT,
      file_after     TEXT
    ) STRICT;
    CREATE INDEX jobs_by_image ON jobs (image_id, ended_at);
    CREATE INDEX jobs_by_end ON jobs (ended_at);
    CREATE INDEX jobs_by_batch ON jobs (batch_id) WHERE batch_id IS NOT NULL;
    CREATE INDEX jobs_open ON jobs (state) WHERE ended_at IS NULL;
  `,
}
