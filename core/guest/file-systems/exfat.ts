import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { hasText, withSaneSize, serialOf, utf16NameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

const ENTRY_BYTES = 32
/** Of the root folder; tools write the label first. */
const ROOT_BYTES = 4096
const VOLUME_LABEL = 0x83
const MAX_LABEL = 11

/** Microsoft's exFAT specification, "Main and Backup Boot Sector". */
export async function readExfat(volume: Volume): Promise<FileSystem | undefined> {
  const boot = await volume.bytes(0, 512)
  if (boot === undefined || !hasText(boot, 3, 'EXFAT   ')) return undefined
  const view = new LittleEndianView(boot)
  const sectorShift = view.u8(108)
  const clusterShift = view.u8(109)
  if (sectorShift < 9 || sectorShift > 12 || clusterShift > 25 - sectorShift) return undefined
  const sector = 2 ** sectorShift
  const cluster = sector * 2 ** clusterShift
  const rootAt = view.u32(88) * sector + Math.max(view.u32(96) - 2, 0) * cluster
  return withSaneSize({
    kind: 'exfat',
    label: await labelInRoot(volume, rootAt, Math.min(cluster, ROOT_BYTES)),
    uuid: serialOf(view.u32(100)),
    size: view.u64(72) * sector,
  })
}

async function labelInRoot(
  volume: Volume,
  at: number,
  length: number,
): Promise<string | undefined> {
  const root = await volume.bytes(at, length)
  if (root === undefined) return undefined
  for (let entry = 0; entry + ENTRY_BYTES <= root.length; entry += ENTRY_BYTES) {
    const type = root[entry]
    if (type === 0) return undefined
    if (type !== VOLUME_LABEL) continue
    const units = Math.min(root[entry + 1] ?? 0, MAX_LABEL)
    return utf16NameOf(root.subarray(entry + 2, entry + 2 + units * 2))
  }
  return undefined
}
