import type { Migration } from '../migrate.ts'

/** What a batch was about: two batches are compared when it is the same. Older ones have their title only. */
export const batchSubjects: Migration = {
  version: 6,
  sql: `
    ALTER TABLE batches ADD COLUMN subject TEXT;
  `,
}
