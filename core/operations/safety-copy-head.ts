import type { PassingSector } from './passing-sectors.ts'
import { SECTOR, type RepairRecord } from './repair-records.ts'

/** What a safety copy says of itself; everything but the bytes. */
export interface SafetyCopyHead {
  /** Path of the image when it was repaired; it may have been renamed since. */
  readonly image: string
  /** Bytes of the image file before and after. */
  readonly length: { readonly before: number; readonly after: number }
  /** In file order, without overlap. */
  readonly records: readonly StoredRecord[]
  /** States of sectors that the repair writes more than once, before the last time. */
  readonly passing: readonly PassingSector[]
}

export interface StoredRecord extends RepairRecord {
  /** Every old byte is zero; none is stored. */
  readonly isZero: boolean
}

export const encodeHead = (head: SafetyCopyHead): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(head))

/**
 * The head in JSON text; undefined when it is none. A checksum that holds says that a copy is whole, not
 * that we made it: records must lie in the file that they are about, or an undo would write anywhere and
 * for as long as the head says.
 */
export function decodeHead(text: Uint8Array): SafetyCopyHead | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(text))
  } catch {
    return undefined
  }
  return isHead(value) ? value : undefined
}

function isHead(value: unknown): value is SafetyCopyHead {
  if (!isRecord(value)) return false
  const { image, length, records, passing } = value
  if (typeof image !== 'string' || !isRecord(length)) return false
  const { before, after } = length
  if (!isOffset(before) || !isOffset(after)) return false
  return (
    Array.isArray(records) &&
    areRecords(records, Math.max(before, after) + SECTOR) &&
    Array.isArray(passing) &&
    passing.every(isPassing)
  )
}

function areRecords(records: readonly unknown[], end: number): boolean {
  let last = 0
  for (const record of records) {
    if (!isRecord(record)) return false
    const { at, length, isWritten, isZero } = record
    if (!isOffset(at) || !isOffset(length) || at % SECTOR !== 0 || length % SECTOR !== 0)
      return false
    if (typeof isWritten !== 'boolean' || typeof isZero !== 'boolean') return false
    if (at < last || at + length > end) return false
    last = at + length
  }
  return true
}

const isPassing = (value: unknown): boolean =>
  isRecord(value) && isOffset(value['at']) && isOffset(value['sum'])

const isOffset = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
