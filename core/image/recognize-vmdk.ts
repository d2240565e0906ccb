import { bytesOf, hasText, latin1, numberAt, sectorBytes, type Recognizer } from './recognition.ts'

/**
 * VMware's disks ("Virtual Disk Format 5.0"): hosted sparse extents with a binary header, ESX's
 * copy-on-write extents, and text descriptors that name other files.
 */
export const recognizeVmdk: Recognizer = (input) =>
  hostedSparse(input) ?? esxSparse(input) ?? descriptorFile(input)

/** createType values as people say them. */
const kinds: Readonly<Record<string, string>> = {
  monolithicSparse: 'sparse',
  streamOptimized: 'stream optimized',
  twoGbMaxExtentSparse: 'sparse, split',
  monolithicFlat: 'flat',
  twoGbMaxExtentFlat: 'flat, split',
  vmfs: 'flat, ESX',
  vmfsSparse: 'sparse, ESX',
  seSparse: 'space efficient, ESX',
  fullDevice: 'whole device',
  partitionedDevice: 'partitions of a device',
}

/**
 *     0 'KDMV'   4 version   8 flags   12 capacity (64, sectors)   28 descriptor offset (64, sectors)
 *     36 descriptor size (64, sectors); all little-endian
 */
const hostedSparse: Recognizer = ({ first }) => {
  if (!hasText(first, 0, 'KDMV')) return undefined
  const at = bytesOf(numberAt(first, 28, 'u64le'), sectorBytes) ?? 0
  const length = bytesOf(numberAt(first, 36, 'u64le'), sectorBytes) ?? 0
  const flags = numberAt(first, 8, 'u32le') ?? 0
  return {
    format: 'vmdk',
    label: labelOf(createTypeIn(latin1(first.subarray(at, at + length))) ?? typeByFlags(flags)),
    virtualSize: bytesOf(numberAt(first, 12, 'u64le'), sectorBytes),
  }
}

/** An extent without a descriptor of its own: bit 16 says compressed grains, bit 17 markers. */
const typeByFlags = (flags: number): string =>
  (flags & 0x3_0000) === 0x3_0000 ? 'streamOptimized' : 'monolithicSparse'

const esxSparse: Recognizer = ({ first }) =>
  hasText(first, 0, 'COWD')
    ? {
        format: 'vmdk',
        label: labelOf('vmfsSparse'),
        virtualSize: bytesOf(numberAt(first, 12, 'u32le'), sectorBytes),
      }
    : undefined

const descriptorFile: Recognizer = ({ first }) => {
  const text = latin1(first.subarray(0, 20_480))
  if (!/^\s*# Disk DescriptorFile/.test(text)) return undefined
  return { format: 'vmdk', label: labelOf(createTypeIn(text)), virtualSize: extentBytesIn(text) }
}

const createTypeIn = (text: string): string | undefined =>
  text.match(/^\s*createType\s*=\s*"([^"\n]{1,64})"/m)?.[1]

/** The sum of `RW 4192256 SPARSE "disk-s001.vmdk"` lines: access, sectors, type, name. */
function extentBytesIn(text: string): number | undefined {
  const sectors = Array.from(text.matchAll(/^\s*(?:RW|RDONLY|NOACCESS)\s+(\d{1,15})\s/gm), (line) =>
    Number(line[1]),
  )
  if (sectors.length === 0) return undefined
  return bytesOf(
    sectors.reduce((sum, count) => sum + count, 0),
    sectorBytes,
  )
}

function labelOf(createType: string | undefined): string {
  const kind = createType === undefined ? undefined : kinds[createType]
  return kind === undefined ? 'VMDK' : `VMDK (${kind})`
}
