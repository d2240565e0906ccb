import { breather } from '../../base/abort.ts'
import type { Codecs } from '../../image/codec.ts'
import type { OperationContext } from '../../progress.ts'
import { hex } from './check-run.ts'
import type { FindingLog } from './finding-log.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { isCompressed } from '../format/l2-entry.ts'
import { compressedSpan } from './l2-layout.ts'
import { guestBytesPerL2, type CheckSubject } from './subject.ts'
import { asWordTable } from '../word-table.ts'

/**
 * Blind spot of QEMU's check: unpacks every compressed cluster of the active state and warns about those
 * that do not give one cluster of data. Gives the bytes read.
 */
export async function checkCompressedData(
  subject: CheckSubject,
  log: FindingLog,
  codecs: Codecs,
  { signal, pause, onProgress }: OperationContext,
): Promise<number> {
  if (subject.hasDataFile) return 0
  const { file, clusterSize } = subject
  const breath = breather(signal, { pause })
  const unpack = subject.compression === 'zstd' ? codecs.zstd : codecs.inflateRaw
  // Packed data may take one sector more than a cluster: its first byte need not start a sector.
  const packed = new Uint8Array(2 * clusterSize + 512)
  let bytesRead = 0
  for (const { words, guestStart, done, total } of activeTables(subject)) {
    const stride = subject.l2EntryBytes / 4
    for (let index = 0; index < subject.l2Entries; index++) {
      const low = words[index * stride] ?? 0
      const high = words[index * stride + 1] ?? 0
      if (!isCompressed(high)) continue
      const span = compressedSpan(subject.clusterBits, low, high)
      if (span.offset + span.length > subject.fileLength + clusterSize) continue
      const stream = packed.subarray(0, span.length)
      file.readNow(stream, span.offset, 'compressed')
      bytesRead += span.length
      const problem = problemOf(() => unpack(stream, clusterSize))
      if (problem !== undefined) {
        const guest = { start: guestStart + index * clusterSize, length: clusterSize }
        log.add('warning', 'data', 1, () => ({
          rule: 'compressed-data-damaged',
          structure: 'compressed cluster',
          offset: span.offset,
          guest,
          text: `The compressed cluster at ${hex(span.offset)} does not unpack (${problem}); the guest bytes from ${hex(guest.start)} on are lost.`,
        }))
      }
      const turn = breath()
      if (turn !== undefined) await turn
    }
    onProgress?.({ phase: 'data', done, total, unit: 'clusters' })
  }
  return bytesRead
}

function problemOf(unpack: () => unknown): string | undefined {
  try {
    unpack()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The L2 tables of the active state that lie in the file, in guest order. */
function* activeTables(subject: CheckSubject) {
  const { file, clusterSize } = subject
  const l1 = new Uint8Array(subject.l1.entries * 8)
  file.readNow(l1, subject.l1.offset, 'l1-table')
  const entries = asWordTable(l1)
  const table = new Uint8Array(clusterSize)
  for (let index = 0; index < subject.l1.entries; index++) {
    const offset = entryOffset(entries[2 * index + 1] ?? 0, entries[2 * index] ?? 0)
    if (offset === 0 || offset >= subject.fileLength) continue
    file.readNow(table, offset, 'l2-table')
    yield {
      words: asWordTable(table),
      guestStart: index * guestBytesPerL2(subject),
      done: (index + 1) * subject.l2Entries,
      total: subject.l1.entries * subject.l2Entries,
    }
  }
}
