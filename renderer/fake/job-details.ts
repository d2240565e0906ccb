import type { Standing } from '../../ipc/schemas/batch.ts'
import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { Job } from '../../ipc/schemas/job.ts'

type Answer<Name extends keyof Contract> = Awaited<ReturnType<Client<Contract>[Name]>>

export function madeUpLog(job: Job | undefined): Answer<'jobs.log'>['lines'] {
  const { queuedAt: at = 0, startedAt = at, endedAt, error } = job ?? {}
  return [
    { at: startedAt, level: 'info', text: 'job started' },
    { at: startedAt + 20, level: 'info', text: 'job phase phase=tables total=4194304 unit=bytes' },
    {
      at: startedAt + 900,
      level: 'info',
      text: 'job phase phase=data total=8589934592 unit=bytes',
    },
    ...(error === undefined
      ? []
      : [{ at: endedAt ?? startedAt, level: 'error', text: error.explanation.title }]),
    ...(endedAt === undefined
      ? []
      : [{ at: endedAt, level: 'info', text: `job ended state=${job?.state}` }]),
  ]
}

export function madeUpComparison(jobs: readonly Job[], now: number): Answer<'jobs.comparison'> {
  const [first, second, third, fourth] = jobs.map(({ imageId, imageName: name }) => ({
    imageId,
    name,
  }))
  const changed = (before: Standing['state'], image: typeof first, after: Standing['state']) =>
    image === undefined
      ? []
      : [
          {
            ...image,
            before: { state: before, corruptions: 0 },
            now: { state: after, corruptions: after === 'damaged' ? 3 : 0 },
          },
        ]
  return {
    previous: { batchId: 'batch-before', endedAt: now - 7 * 24 * 3_600_000 },
    worse: [
      ...changed('fine', first, 'leaks'),
      ...changed('fine', second, 'damaged'),
      ...changed('leaks', third, 'damaged'),
    ],
    better: changed('leaks', fourth, 'fine'),
    added: 2,
    gone: 1,
  }
}
