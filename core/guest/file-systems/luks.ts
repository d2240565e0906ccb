import type { FileSystem } from '../file-system.ts'
import { withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

const magic = [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]

/** LUKS 1 and 2. Where what it encrypts ends is for whoever has the passphrase. */
export async function readLuks(volume: Volume): Promise<FileSystem | undefined> {
  const bytes = await volume.bytes(0, 512)
  if (bytes === undefined || !magic.every((byte, at) => bytes[at] === byte)) return undefined
  const version = (bytes[6] ?? 0) * 256 + (bytes[7] ?? 0)
  return withSaneSize({
    kind: 'luks',
    label: version === 2 ? nameOf(bytes.subarray(24, 72)) : undefined,
    uuid: nameOf(bytes.subarray(168, 208)),
    size: undefined,
  })
}
