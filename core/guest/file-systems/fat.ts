import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { withSaneSize, paddedNameOf, serialOf } from '../names.ts'
import type { Volume } from '../volume.ts'

const SECTOR = 512
const ENTRY_BYTES = 32
/** Of the root folder; the label is its first entry wherever a tool wrote it. */
const ROOT_BYTES = 4096
const VOLUME_LABEL = 0x08
const LONG_NAME = 0x0f
const DELETED = 0xe5

/** Fewer clusters than these make it FAT12, FAT16 (Microsoft's FAT specification, "FAT Type Determination"). */
const CLUSTERS_OF_FAT16 = 4085
const CLUSTERS_OF_FAT32 = 65_525

interface FatGeometry {
  readonly kind: 'fat12' | 'fat16' | 'fat32'
  readonly size: number
  /** Bytes from the start of the volume. */
  readonly rootAt: number
  readonly rootBytes: number
}

export async function readFat(volume: Volume): Promise<FileSystem | undefined> {
  const boot = await volume.bytes(0, SECTOR)
  if (boot === undefined || boot[510] !== 0x55 || boot[511] !== 0xaa) return undefined
  const view = new LittleEndianView(boot)
  const geometry = geometryOf(view)
  if (geometry === undefined) return undefined
  // The extended boot signature says that serial number and label follow.
  const extended = geometry.kind === 'fat32' ? 66 : 38
  const isExtended = view.u8(extended) === 0x29
  const inBoot = isExtended ? paddedNameOf(boot.subarray(extended + 5, extended + 16)) : undefined
  return withSaneSize({
    kind: geometry.kind,
    label: (await labelInRoot(volume, geometry)) ?? (inBoot === 'NO NAME' ? undefined : inBoot),
    uuid: isExtended ? serialOf(view.u32(extended + 1)) : undefined,
    size: geometry.size,
  })
}

/** undefined for a boot sector that no FAT has: the signature alone says little. */
function geometryOf(view: LittleEndianView): FatGeometry | undefined {
  const sector = view.u16(11)
  const perCluster = view.u8(13)
  const reserved = view.u16(14)
  const tables = view.u8(16)
  const media = view.u8(21)
  const isPlausible =
    [512, 1024, 2048, 4096].includes(sector) &&
    [1, 2, 4, 8, 16, 32, 64, 128].includes(perCluster) &&
    reserved > 0 &&
    (tables === 1 || tables === 2) &&
    (media === 0xf0 || media >= 0xf8)
  if (!isPlausible) return undefined
  const rootBytes = view.u16(17) * ENTRY_BYTES
  const sectors = view.u16(19) || view.u32(32)
  const perTable = view.u16(22) || view.u32(36)
  const rootSector = reserved + tables * perTable
  const clusters = Math.floor((sectors - rootSector - Math.ceil(rootBytes / sector)) / perCluster)
  if (perTable === 0 || clusters <= 0) return undefined
  const size = sectors * sector
  if (view.u16(22) === 0) {
    const rootAt = (rootSector + Math.max(view.u32(44) - 2, 0) * perCluster) * sector
    return { kind: 'fat32', size, rootAt, rootBytes: perCluster * sector }
  }
  if (clusters >= CLUSTERS_OF_FAT32) return undefined
  const kind = clusters < CLUSTERS_OF_FAT16 ? 'fat12' : 'fat16'
  return { kind, size, rootAt: rootSector * sector, rootBytes }
}

async function labelInRoot(
  volume: Volume,
  { rootAt, rootBytes }: FatGeometry,
): Promise<string | undefined> {
  const root = await volume.bytes(rootAt, Math.min(rootBytes, ROOT_BYTES))
  if (root === undefined) return undefined
  for (let at = 0; at + ENTRY_BYTES <= root.length; at += ENTRY_BYTES) {
    const first = root[at]
    const attributes = root[at + 11] ?? 0
    if (first === 0) return undefined
    const isLabel = (attributes & LONG_NAME) === VOLUME_LABEL && first !== DELETED
    if (isLabel) return paddedNameOf(root.subarray(at, at + 11))
  }
  return undefined
}
