import type { DiskPartition } from '../../../ipc/schemas/disk.ts'
import { host } from '../../host.ts'
import { useAnswer } from '../../state/use-answer.ts'

const none: readonly DiskPartition[] = []

/** How the guest has divided the disk; empty while that is not known, and where it cannot be read. */
export function usePartitions(imageId: number | undefined): readonly DiskPartition[] {
  const answer = useAnswer({
    subject: `partitions:${imageId ?? 'none'}`,
    version: 0,
    ask: async (signal) =>
      imageId === undefined
        ? none
        : (await host().api['images.disk']({ imageId }, { signal })).partitions,
  })
  return answer.kind === 'ready' ? answer.value : none
}

/** The partitions that have a part of this range of the disk. */
export const partitionsIn = (
  partitions: readonly DiskPartition[],
  { start, length }: { readonly start: number; readonly length: number },
): readonly DiskPartition[] =>
  partitions.filter((partition) => partition.start < start + length && partition.end > start)
