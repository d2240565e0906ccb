import { printable } from '../../base/text.ts'
import { ImageError } from '../../errors/image-error.ts'
import { probeFormat } from '../../image/probe.ts'
import { QCOW2_MAGIC } from '../format/constants.ts'
import { decodeHeaderArea, HEADER_AREA_FIRST_READ, type HeaderArea } from '../format/header-area.ts'
import type { PipeReader } from './pipe-reader.ts'

export interface StreamHeader {
  readonly area: HeaderArea
  /** All that was taken from the stream: at most one cluster, or 4 KiB. */
  readonly bytes: Uint8Array
}

/**
 * The header area at the start of a stream, refused as when a file is opened for reading. Also refused is what
 * needs more than the stream: a backing file, an external data file, a passphrase. Throws `file-empty`,
 * `stream-not-qcow2`, `stream-backing`, `stream-data-file`, `encrypted`, and the refusals of
 * `decodeHeaderArea`.
 */
export async function readStreamHeader(input: PipeReader, name: string): Promise<StreamHeader> {
  let bytes = new Uint8Array(0)
  let filled = 0
  for (let length = HEADER_AREA_FIRST_READ; ;) {
    const larger = new Uint8Array(length)
    larger.set(bytes)
    filled += await input.fill(larger.subarray(filled))
    bytes = larger
    mustBeQcow2(bytes.subarray(0, filled), name)
    const fileLength = filled < length ? filled : Number.MAX_SAFE_INTEGER
    const answer = decodeHeaderArea(bytes, { fileLength, strictness: 'open' })
    if (answer.kind === 'decoded') {
      mustBeWhole(answer.area, name)
      return { area: answer.area, bytes: bytes.subarray(0, filled) }
    }
    length = answer.bytesNeeded
  }
}

function mustBeQcow2(bytes: Uint8Array, path: string): void {
  if (bytes.length === 0) throw new ImageError('file-empty', { path })
  const magic = new Uint8Array(4)
  magic.set(bytes.subarray(0, 4))
  if (new DataView(magic.buffer).getUint32(0) === QCOW2_MAGIC) return
  const none = new Uint8Array(0)
  const probe = probeFormat({ first: bytes, last: none, fileLength: bytes.length, fileName: '' })
  const found = probe.kind === 'unknown' ? probe.found : `a ${printable(probe.label)} image`
  throw new ImageError('stream-not-qcow2', { path, found })
}

function mustBeWhole({ backingName, dataFileName, encryption }: HeaderArea, path: string): void {
  if (encryption !== 'none') {
    throw new ImageError('encrypted', { path, format: encryption === 'luks' ? 'LUKS' : 'AES' })
  }
  if (dataFileName !== undefined) {
    throw new ImageError('stream-data-file', { path, link: printable(dataFileName) })
  }
  if (backingName !== undefined) {
    throw new ImageError('stream-backing', { path, link: printable(backingName) })
  }
}
