import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { hasText, withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

const SECTOR = 512
/** The label is in one of the first sectors (LVM2, lib/format_text/layout.h). */
const LABEL_SECTORS = 4
const ID_BYTES = 32
const HEADER_BYTES = ID_BYTES + 8
/** How LVM's tools break the identifier of a volume into groups. */
const idGroups = [6, 4, 4, 4, 4, 4, 6]

/** A physical volume of LVM2. It has no label. */
export async function readLvm(volume: Volume): Promise<FileSystem | undefined> {
  for (let sector = 0; sector < LABEL_SECTORS; sector++) {
    const bytes = await volume.bytes(sector * SECTOR, SECTOR)
    if (bytes === undefined) return undefined
    const isLabel = hasText(bytes, 0, 'LABELONE') && hasText(bytes, 24, 'LVM2 001')
    if (!isLabel) continue
    const view = new LittleEndianView(bytes)
    const header = view.u32(20)
    if (header + HEADER_BYTES > SECTOR) return undefined
    const id = nameOf(bytes.subarray(header, header + ID_BYTES))
    return withSaneSize({
      kind: 'lvm',
      label: undefined,
      uuid: id?.length === ID_BYTES ? grouped(id) : undefined,
      size: view.u64(header + ID_BYTES),
    })
  }
  return undefined
}

function grouped(id: string): string {
  let at = 0
  return idGroups.map((length) => id.slice(at, (at += length))).join('-')
}
