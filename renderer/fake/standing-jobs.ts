/** Jobs in every state there is, standing still: states that pass too quickly to be looked at. */
import type { Job, RecordedRequest } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { readFailed } from './made-up-errors.ts'

const GiB = 1024 ** 3

type Standing = Partial<Job> & Pick<Job, 'state' | 'request'>

const compact: RecordedRequest = { kind: 'compact', parameters: { mode: 'in-place' } }
const check: RecordedRequest = { kind: 'check', depth: 'full' }
const hash: RecordedRequest = { kind: 'hash', algorithm: 'sha256', target: 'content' }

const progress = { phase: 'moves', unit: 'bytes', done: 5 * GiB, total: 12 * GiB } as const

/** @param now Milliseconds since 1970. */
const kinds = (now: number): readonly Standing[] => [
  {
    state: 'running',
    request: compact,
    startedAt: now - 94_000,
    progress: { ...progress, share: 0.42, speed: 310_000_000, secondsLeft: 24 },
  },
  {
    state: 'running',
    request: hash,
    startedAt: now - 12_000,
    progress: { ...progress, phase: 'hash', done: 860 * 1024 ** 2, share: 0.07 },
  },
  { state: 'pausing', request: check, startedAt: now - 30_000, progress },
  { state: 'paused', request: compact, startedAt: now - 700_000, progress },
  { state: 'cancelling', request: check, startedAt: now - 9_000, progress },
  { state: 'queued', request: check },
  { state: 'queued', request: compact, waitsFor: { holder: 'web01' } },
  {
    state: 'interrupted',
    request: compact,
    startedAt: now - 7_200_000,
    endedAt: now - 7_000_000,
    canResume: true,
  },
  {
    state: 'failed',
    request: hash,
    startedAt: now - 4_000_000,
    endedAt: now - 3_900_000,
    summary: 'Could not be read',
  },
  { state: 'cancelled', request: check, startedAt: now - 9_000_000, endedAt: now - 8_900_000 },
]

/** One job of each kind, of as many images. */
export function standingJobs(rows: readonly LibraryRow[], now: number): readonly Job[] {
  const fit = rows.filter(
    ({ error, missingSince }) => error === undefined && missingSince === undefined,
  )
  return kinds(now).flatMap((standing, index): Job[] => {
    const row = fit[index]
    return row === undefined
      ? []
      : [
          {
            id: `standing-${standing.state}-${index}`,
            imageId: row.id,
            imageName: row.name,
            imagePath: row.path,
            actor: 'desktop',
            queuedAt: now - 10_000_000,
            engineVersion: '0.1.0',
            ...standing,
            ...(standing.state === 'failed' && { error: readFailed(row.path) }),
          },
        ]
  })
}
