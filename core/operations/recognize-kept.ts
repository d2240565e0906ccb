import { QCOW2_MAGIC } from '../qcow2/format/constants.ts'
import type { Host } from './host.ts'
import { KEPT_SNAPSHOT_MAGIC } from './kept-snapshot-file.ts'
import { SAFETY_COPY_MAGIC } from './safety-copy.ts'

/** What a file of ours keeps: the old tables of a repair, the end of a disk, a snapshot. */
export type KeptKind = 'repair' | 'cut' | 'snapshot'

const MAGIC_BYTES = 8

/**
 * What a file keeps, by its first bytes alone; undefined for any other file. A kept end is a qcow2 image, and so
 * is every other: reading it says more. Throws what opening it throws.
 */
export async function recognizeKept(
  host: Pick<Host, 'openFile'>,
  path: string,
): Promise<KeptKind | undefined> {
  await using file = await host.openFile(path)
  const bytes = new Uint8Array(MAGIC_BYTES)
  file.readNow(bytes, 0, 'data')
  if (new DataView(bytes.buffer).getUint32(0) === QCOW2_MAGIC) return 'cut'
  const text = new TextDecoder().decode(bytes)
  if (text === KEPT_SNAPSHOT_MAGIC) return 'snapshot'
  return text === SAFETY_COPY_MAGIC ? 'repair' : undefined
}
