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

/** What is wrong now was not the last time, and one image was worse then. */
export function madeUpComparison(jobs: readonly Job[], now: number): Answer<'jobs.comparison'> {
  const images = jobs.map(({ imageId, imageName: name, result }) => ({
    imageId,
    name,
    now: standingOf(result),
  }))
  // Only a check can find that an image is better than it was.
  const fine = jobs.some(({ result }) => result?.kind === 'check')
    ? images.find((image) => image.now.state === 'fine')
    : undefined
  return {
    previous: { batchId: 'batch-before', endedAt: now - 7 * 24 * 3_600_000 },
    worse: images
      .filter((image) => image.now.state !== 'fine')
      .map((image) => ({ ...image, before: { state: 'fine', corruptions: 0 } })),
    better:
      fine === undefined ? [] : [{ ...fine, before: { state: 'leaks' as const, corruptions: 0 } }],
    added: 2,
    gone: 1,
  }
}

function standingOf(result: Job['result']): Standing {
  if (result?.kind === 'change' && result.stillWrong !== undefined) {
    return { state: 'damaged', corruptions: 1 }
  }
  if (result?.kind !== 'check') return { state: 'fine', corruptions: 0 }
  const { corruptions, leaks, health } = result.check
  if (corruptions > 0) {
    return { state: health === 'damaged' ? 'damaged' : 'needs-repair', corruptions }
  }
  return { state: leaks > 0 ? 'leaks' : 'fine', corruptions: 0 }
}
