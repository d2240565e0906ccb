import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { isBigSaving } from '../library/scope-rows.ts'

/** What a repair is for. */
const repairable: ReadonlySet<Health> = new Set<Health>([
  'leaks',
  'needs-repair',
  'damaged',
  'dirty',
])

export const needsRepair = ({ health, format, missingSince }: LibraryRow): boolean =>
  format === 'qcow2' && missingSince === undefined && repairable.has(health)

/** Ids of the images that a batch has shown something to be done about, as they are now: what was mended is not there. */
export interface FollowUps {
  readonly repair: readonly number[]
  readonly compact: readonly number[]
}

export function followUpsOf(
  jobs: readonly Job[],
  kind: JobKind,
  rows: ReadonlyMap<number, LibraryRow>,
): FollowUps {
  const seen = jobs.filter(hasEnded).flatMap(({ imageId }) => rows.get(imageId) ?? [])
  // Leaks that were mended are free inside the file only.
  const mended = new Set(
    jobs
      .filter(({ result }) => result?.kind === 'change' && result.leaksMended !== undefined)
      .map(({ imageId }) => imageId),
  )
  const idsOf = (fits: (row: LibraryRow) => boolean) => seen.filter(fits).map(({ id }) => id)
  return {
    repair: idsOf(needsRepair),
    // Damage comes first; and whoever has just compacted them knows.
    compact:
      kind === 'compact'
        ? []
        : idsOf(
            (row) =>
              row.missingSince === undefined &&
              (row.health === 'healthy' || row.health === 'leaks') &&
              (isBigSaving(row) || mended.has(row.id)),
          ),
  }
}
