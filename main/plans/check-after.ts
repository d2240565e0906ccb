import type { LastCheck } from '../history/images.ts'
import type { WorkContext } from './draft.ts'
import type { Subject } from './subject.ts'

/**
 * How an image is after work on its tables: that they are sound, or damaged again, is looked at, not concluded.
 * Undefined when nobody can say: it was stopped, or somebody has the image open again. What was done is done.
 */
export async function checkAfter(
  image: Subject['image'],
  { host, signal, hold }: Pick<WorkContext, 'host' | 'signal' | 'hold'>,
): Promise<Pick<LastCheck, 'health' | 'fragmentation'> | undefined> {
  try {
    const task = { ...image, depth: 'metadata' as const }
    const { result: check } = await host.run('check', task, { signal, hold })
    const { allocated, fragmented } = check.clusters
    const fragmentation = allocated === 0 ? 0 : Math.min(1, fragmented / allocated)
    return { health: check.health, fragmentation }
  } catch {
    return undefined
  }
}
