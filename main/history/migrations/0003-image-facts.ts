import type { Migration } from '../migrate.ts'

/**
 * What is known of an image besides its header, its check and its hash: what compacting would give back, by the
 * last look that told, and when somebody last worked on it here.
 */
export const imageFacts: Migration = {
  version: 3,
  sql: `
    ALTER TABLE images ADD COLUMN reclaimable TEXT;
    ALTER TABLE images ADD COLUMN used_at INTEGER;
  `,
}
