import {
  hasText,
  numberAt,
  type ProbeInput,
  type Recognition,
  type Recognizer,
} from './recognition.ts'

const cookie = 'conectix'
const diskTypes: Readonly<Record<number, string>> = { 2: 'fixed', 3: 'dynamic', 4: 'differencing' }

/**
 * Virtual PC's disks ("Virtual Hard Disk Image Format Specification"): a 512-byte footer at the end of
 * the file, and a copy of it at the start unless the disk is fixed. Virtual PC before 2004 wrote 511 bytes.
 */
export const recognizeVhd: Recognizer = (input) => {
  const footer = footerOf(input)
  if (footer === undefined) return undefined
  const kind = diskTypes[numberAt(footer, 60, 'u32be') ?? 0]
  return {
    format: 'vhd',
    label: kind === undefined ? 'VHD' : `VHD (${kind})`,
    virtualSize: numberAt(footer, 48, 'u64be'),
  }
}

function footerOf({ first, last }: ProbeInput): Uint8Array | undefined {
  if (hasText(first, 0, cookie)) return first
  for (const length of [512, 511]) {
    const footer = last.subarray(Math.max(0, last.length - length))
    if (hasText(footer, 0, cookie)) return footer
  }
  return undefined
}

/** [MS-VHDX] 2.2.1. The virtual size is in a metadata region far from the start. */
export const recognizeVhdx: Recognizer = ({ first }): Recognition | undefined =>
  hasText(first, 0, 'vhdxfile')
    ? { format: 'vhdx', label: 'VHDX', virtualSize: undefined }
    : undefined
