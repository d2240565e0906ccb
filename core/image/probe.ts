/**
 * Which format a file is in, by its signature. Nothing here trusts a name over a signature: a guest that
 * writes a qcow2 header into its raw disk must not have it read as qcow2 (so whoever knows the format
 * gives it and never probes), and a foreign image that is called disk.img must not be read as raw.
 */
import type { BlockFile } from '../storage/block-file.ts'
import { describeBytes } from './describe-bytes.ts'
import { hasRawName } from './image-file-name.ts'
import { recognizeQcow, recognizeQed } from './recognize-qemu.ts'
import { recognizeVhd, recognizeVhdx } from './recognize-microsoft.ts'
import { recognizeGzip, recognizeIso, recognizeLuks, recognizeVdi } from './recognize-others.ts'
import { recognizeVmdk } from './recognize-vmdk.ts'
import { hasText, sectorBytes, type ProbeInput, type Recognition } from './recognition.ts'

/** Up to the end of ISO 9660's first volume descriptor, the signature that lies farthest in. */
const probeFirstBytes = 36 * 1024
/** VHD's footer. */
const probeLastBytes = 512

export type ProbeResult =
  | ({ readonly kind: 'known' } & Recognition)
  /** `found` describes the first bytes, for `unknown-format`. */
  | { readonly kind: 'unknown'; readonly found: string }

/** Signatures at the start of the file go first: a footer may be anything that a guest wrote there. */
const recognizers = [
  recognizeQcow,
  recognizeVmdk,
  recognizeVhdx,
  recognizeQed,
  recognizeLuks,
  recognizeGzip,
  recognizeVdi,
  recognizeIso,
  recognizeVhd,
]

export function probeFormat(input: ProbeInput): ProbeResult {
  for (const recognize of recognizers) {
    const recognition = recognize(input)
    if (recognition !== undefined) return { kind: 'known', ...recognition }
  }
  if (hasRawName(input.fileName) || hasPartitionTable(input.first)) {
    return { kind: 'known', format: 'raw', label: 'raw', virtualSize: input.fileLength }
  }
  return { kind: 'unknown', found: describeBytes(input.first) }
}

/** `probeFormat` for an open file: two small reads. */
export function probeFile(file: BlockFile): ProbeResult {
  const fileLength = file.size()
  const first = new Uint8Array(Math.min(fileLength, probeFirstBytes))
  const last = new Uint8Array(Math.min(fileLength, probeLastBytes))
  file.readNow(first, 0, 'header')
  file.readNow(last, fileLength - last.length, 'header')
  const fileName = file.name.split(/[\\/]/).at(-1) ?? file.name
  return probeFormat({ first, last, fileLength, fileName })
}

/** An MBR (or a boot sector) by its last two bytes, or a GPT header in the second sector of 512 or 4,096 bytes. */
function hasPartitionTable(first: Uint8Array): boolean {
  return (
    hasText(first, sectorBytes - 2, '\u{55}\u{aa}') ||
    hasText(first, sectorBytes, 'EFI PART') ||
    hasText(first, 4096, 'EFI PART')
  )
}
