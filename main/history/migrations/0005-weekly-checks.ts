import type { Migration } from '../migrate.ts'

/**
 * When the weekly check of a folder was last due and taken care of, and the batch that came of it. What is wanted is
 * a setting; `weekday` and `hour` say for which setting the rest holds.
 */
export const weeklyChecks: Migration = {
  version: 5,
  sql: `
    CREATE TABLE weekly_checks (
      folder_id INTEGER PRIMARY KEY REFERENCES folders (id) ON DELETE CASCADE,
      weekday   INTEGER NOT NULL,
      hour      INTEGER NOT NULL,
      due_at    INTEGER NOT NULL,
      batch_id  INTEGER REFERENCES batches (id)
    ) STRICT;
  `,
}
