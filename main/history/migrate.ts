import type Database from 'better-sqlite3'
import { initial } from './migrations/0001-initial.ts'
import { changes } from './migrations/0002-changes.ts'
import { imageFacts } from './migrations/0003-image-facts.ts'
import { undo } from './migrations/0004-undo.ts'
import { weeklyChecks } from './migrations/0005-weekly-checks.ts'
import { batchSubjects } from './migrations/0006-batch-subjects.ts'
import { waitingJobs } from './migrations/0007-waiting-jobs.ts'
import { rawByChoice } from './migrations/0008-raw-by-choice.ts'

/** One step of the schema. A released one is never edited: a change is a new file with the next number. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

const migrations: readonly Migration[] = [
  initial,
  changes,
  imageFacts,
  undo,
  weeklyChecks,
  batchSubjects,
  waitingJobs,
  rawByChoice,
]

export const latestVersion = migrations.length

export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/** Brings the schema to `latestVersion`; a step that fails leaves the database as it was before it. */
export function migrate(db: Database.Database, steps: readonly Migration[] = migrations): void {
  for (const { version, sql } of steps) {
    if (version <= schemaVersion(db)) continue
    db.transaction(() => {
      // A second process may have migrated between the look above and this lock.
      if (version <= schemaVersion(db)) return
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    }).immediate()
  }
}
