import type { FileSystem } from '../file-system.ts'
import { hasText, withSaneSize } from '../names.ts'
import type { Volume } from '../volume.ts'

/** A volume that Windows encrypts. What it holds, how large that is included, takes the key. */
export async function readBitlocker(volume: Volume): Promise<FileSystem | undefined> {
  const bytes = await volume.bytes(0, 512)
  if (bytes === undefined || !hasText(bytes, 3, '-FVE-FS-')) return undefined
  return withSaneSize({ kind: 'bitlocker', label: undefined, uuid: undefined, size: undefined })
}
