import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { hasText, withSaneSize, utf16NameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

/** `$Volume` is the fourth record of the master file table. */
const VOLUME_RECORD = 3
const VOLUME_NAME = 0x60
const END_OF_ATTRIBUTES = 0xffff_ffff
const MAX_ATTRIBUTES = 64
const SECTOR = 512
const recordSizes = new Set([512, 1024, 2048, 4096])

export async function readNtfs(volume: Volume): Promise<FileSystem | undefined> {
  const boot = await volume.bytes(0, SECTOR)
  if (boot === undefined || !hasText(boot, 3, 'NTFS    ')) return undefined
  const view = new LittleEndianView(boot)
  const sector = view.u16(11)
  if (![512, 1024, 2048, 4096].includes(sector)) return undefined
  const serial = [view.u32(0x4c), view.u32(0x48)]
  return withSaneSize({
    kind: 'ntfs',
    label: await labelOf(volume, view, sector),
    uuid: serial
      .map((half) => half.toString(16).padStart(8, '0'))
      .join('')
      .toUpperCase(),
    // The copy of the boot sector lies behind the sectors that it counts.
    size: (view.u64(0x28) + 1) * sector,
  })
}

async function labelOf(
  volume: Volume,
  boot: LittleEndianView,
  sector: number,
): Promise<string | undefined> {
  const cluster = sector * shifted(boot.u8(13))
  const perRecord = boot.u8(0x40)
  // Above 127 it is a negative power of two, in bytes.
  const recordBytes = perRecord > 127 ? 2 ** (256 - perRecord) : perRecord * cluster
  if (!recordSizes.has(recordBytes)) return undefined
  const at = boot.u64(0x30) * cluster + VOLUME_RECORD * recordBytes
  const record = await volume.bytes(at, recordBytes)
  if (record === undefined || !hasText(record, 0, 'FILE')) return undefined
  undoFixups(record)
  return nameAttribute(record)
}

/** Clusters of more than 128 sectors are told as a negative power of two. */
const shifted = (sectors: number): number => (sectors > 128 ? 2 ** (256 - sectors) : sectors)

/** The last two bytes of every sector of a record stand in its update sequence instead. */
function undoFixups(record: Uint8Array): void {
  const view = new LittleEndianView(record)
  const at = view.u16(4)
  for (let sector = 1; sector * SECTOR <= record.length; sector++) {
    const from = at + sector * 2
    if (from + 2 > record.length) return
    record.copyWithin(sector * SECTOR - 2, from, from + 2)
  }
}

function nameAttribute(record: Uint8Array): string | undefined {
  const view = new LittleEndianView(record)
  let at = view.u16(0x14)
  for (let count = 0; count < MAX_ATTRIBUTES && at + 0x18 <= record.length; count++) {
    const type = view.u32(at)
    if (type === END_OF_ATTRIBUTES) return undefined
    if (type === VOLUME_NAME) {
      const start = at + view.u16(at + 0x14)
      return utf16NameOf(record.subarray(start, start + view.u32(at + 0x10)))
    }
    const length = view.u32(at + 4)
    if (length === 0) return undefined
    at += length
  }
  return undefined
}
