import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { SECTOR } from '../format/constants.ts'
import { geometryOf } from '../format/geometry.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { encodeHeader, type Qcow2Header } from '../format/header.ts'

/**
 * Writes the header's fields in one write of one sector, so that a power cut leaves all of them old or
 * all of them new: every field we know lies in the first 112 bytes. Extensions and names stay as they
 * are, so `header` must have the header length of the one in the file. Not durable before a flush.
 */
export function writeHeaderFields(file: WritableFile, header: Qcow2Header): void {
  file.writeNow(headerSector(file, header), 0, 'header')
}

/** The file's first sector with the fields of `header`. */
export function headerSector(file: BlockFile, header: Qcow2Header): Uint8Array {
  const sector = new Uint8Array(SECTOR)
  file.readNow(sector, 0, 'header')
  sector.set(encodeHeader(header).subarray(0, SECTOR))
  return sector
}

/** The area with changed header fields; names and extensions as they were. */
export const withHeader = (area: HeaderArea, fields: Partial<Qcow2Header>): HeaderArea => {
  const header = { ...area.header, ...fields }
  return { ...area, header, geometry: geometryOf(header) }
}
