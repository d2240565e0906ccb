import { CutSize } from './cut-size.ts'
import { endsInHole } from './ends-in-hole.ts'
import type { WritableFile } from './writable-file.ts'

export interface CutOptions {
  /** Bytes that a step cuts at least. */
  readonly clusterSize: number
  /** Called between two steps; may throw, and then the file is as short as it is by then. */
  readonly breathe: () => Promise<void> | undefined
  /** Steps begin until then only. */
  readonly atMostMs?: number | undefined
}

/**
 * Cuts a file down to `end` bytes, in steps from its end: some hosts take a second for gigabytes that they
 * store in many pieces, and the thread waits for each call. A tail that is one hole goes at once.
 */
export async function cutFile(
  file: WritableFile,
  end: number,
  { clusterSize, breathe, atMostMs = Infinity }: CutOptions,
): Promise<void> {
  const size = new CutSize(clusterSize)
  const deadline = performance.now() + atMostMs
  for (let length = file.size(); length > end && performance.now() < deadline;) {
    const start = performance.now()
    length = endsInHole(file, end) ? end : Math.max(end, length - size.bytes)
    file.truncate(length)
    size.took(performance.now() - start)
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}
