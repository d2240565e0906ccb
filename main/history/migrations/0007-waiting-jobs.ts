import type { Migration } from '../migrate.ts'

/** Jobs that wait until nobody else has their image open: a start goes on waiting. */
export const waitingJobs: Migration = {
  version: 7,
  sql: `
    ALTER TABLE jobs ADD COLUMN when_free INTEGER;
  `,
}
