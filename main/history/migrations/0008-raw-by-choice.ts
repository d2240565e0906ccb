import type { Migration } from '../migrate.ts'

/** Files that a person said are raw disks, and the jobs that took them for it: a line that does the same says so. */
export const rawByChoice: Migration = {
  version: 8,
  sql: `
    ALTER TABLE images ADD COLUMN treated_as_raw INTEGER NOT NULL DEFAULT 0 CHECK (treated_as_raw IN (0, 1));
    ALTER TABLE jobs ADD COLUMN treated_as_raw INTEGER NOT NULL DEFAULT 0 CHECK (treated_as_raw IN (0, 1));
  `,
}
