import type { Migration } from '../migrate.ts'

/**
 * Jobs tell of changes, too. The tables hold them as they are; what is new is in the columns of JSON, and a
 * Platter that does not know these kinds must say that the database is newer instead of failing over a row.
 */
export const changes: Migration = {
  version: 2,
  sql: '',
}
