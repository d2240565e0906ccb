import { describe, expect, it } from 'vitest'
import {
  layoutOf,
  type DiskPartition,
  type DiskStructure,
} from '../../../../core/guest/disk-layout.ts'
import type { FileSystem } from '../../../../core/guest/file-system.ts'
import type { GuestBytes } from '../../../../core/guest/guest-bytes.ts'
import { readFileSystem } from '../../../../core/guest/read-file-system.ts'
import { readStructure } from '../../../../core/guest/read-structure.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { goldenDisks, openGolden, type GoldenDisk } from './golden/golden-disk.ts'

const mib = 2 ** 20
const golden = goldenDisks()

const disk = (name: string): GoldenDisk => {
  const found = golden[name]
  if (found === undefined) throw new Error(`no golden disk ${name}`)
  return found
}

/** What blkid calls them. */
const typeOf = (kind: string): string =>
  kind.startsWith('fat')
    ? 'vfat'
    : kind === 'lvm'
      ? 'LVM2_member'
      : kind === 'luks'
        ? 'crypto_LUKS'
        : kind

const sizes = [
  ['ext2', 'ext2', 16 * mib],
  ['ext3', 'ext3', 16 * mib],
  ['ext4', 'ext4', 48 * mib],
  ['xfs', 'xfs', 320 * mib],
  ['btrfs', 'btrfs', 128 * mib],
  ['ntfs', 'ntfs', 16 * mib],
  ['fat12', 'fat12', mib],
  ['fat16', 'fat16', 16 * mib],
  ['fat32', 'fat32', 64 * mib],
  ['exfat', 'exfat', 16 * mib],
  ['swap', 'swap', 16 * mib],
  ['luks1', 'luks', undefined],
  ['luks2', 'luks', undefined],
  ['lvm', 'lvm', 16 * mib],
] as const

/** Smaller than what they are on, and with labels as long as they may be, which blkid prints in its own way. */
const labelled = [
  ['ext4-in-part', 'ext4', 40 * mib, 'abcdefghijklmnop'],
  ['xfs-in-part', 'xfs', 320 * mib, 'abcdefghijkl'],
  ['btrfs-in-part', 'btrfs', 128 * mib, `${'label '.repeat(42)}xy`],
  ['ntfs-in-part', 'ntfs', 16 * mib, 'Größe der Platte, 32 Zeichen, ü!'],
  ['fat32-in-part', 'fat32', 64 * mib, 'ELEVEN CHAR'],
  ['swap-in-part', 'swap', 16 * mib, 'abcdefghijklmno'],
  ['exfat-label', 'exfat', 16 * mib, 'Grüße 12345'],
] as const

describe('a file system', () => {
  it.each(labelled)('of %s ends where it ends, and has its whole label', async (name, ...told) => {
    const [kind, size, label] = told
    const { blkid, length } = disk(name)
    const structure = await readStructure(openGolden(disk(name)), undefined)
    expect(structure.table).toBeUndefined()
    expect(structure.wholeDisk).toEqual({ kind, label, uuid: blkid['UUID'], size })
    const layout = layoutOf(length, structure, { storedEnd: length, contentEnd: length })
    expect(layout).toMatchObject({
      safeSize: size,
      safeBecause: { kind: 'file-system', number: undefined },
    })
  })

  it.each(sizes)('of %s is told as blkid tells it', async (name, kind, size) => {
    const { blkid, ...sectors } = disk(name)
    const { table, wholeDisk } = await readStructure(openGolden({ blkid, ...sectors }), undefined)
    expect(table).toBeUndefined()
    expect(wholeDisk).toEqual({ kind, label: blkid['LABEL'], uuid: blkid['UUID'], size })
    expect(typeOf(kind)).toBe(blkid['TYPE'])
  })

  it('that BitLocker encrypts is told by its boot sector', async () => {
    const sector = new Uint8Array(512)
    sector.set(new TextEncoder().encode('-FVE-FS-'), 3)
    sector.set([0x55, 0xaa], 510)
    const found = await readFileSystem(bytesOf(sector, mib), { start: 0, end: mib })
    expect(found).toMatchObject({ kind: 'bitlocker', size: undefined })
  })

  it('is none on an empty disk, and on one that is too short for any', async () => {
    for (const length of [0, 1, 511, 512, 4096, mib]) {
      expect(
        await readFileSystem(bytesOf(new Uint8Array(), length), { start: 0, end: length }),
      ).toBeUndefined()
    }
  })
})

describe('a structure', () => {
  it('of a GPT has names, types and file systems', async () => {
    const { table, partitions } = await readStructure(openGolden(disk('gpt')), undefined)
    expect(table).toMatchObject({
      kind: 'gpt',
      backupHeaderAt: 96 * mib - 512,
      reservedAtEnd: 33 * 512,
      fault: undefined,
    })
    expect(partitions).toMatchObject([
      {
        number: 1,
        typeName: 'EFI System',
        name: 'efi',
        fileSystem: { kind: 'fat16', label: 'EFI' },
      },
      {
        number: 2,
        start: 17 * mib,
        end: 65 * mib,
        typeName: 'Linux filesystem',
        name: 'root disk',
        fileSystem: { kind: 'ext4', label: 'root', size: 40 * mib },
      },
      { number: 3, typeName: 'Linux swap', name: undefined, fileSystem: undefined },
    ])
  })

  it('of an MBR looks into no extended partition', async () => {
    const { table, partitions } = await readStructure(openGolden(disk('mbr')), undefined)
    expect(table).toMatchObject({ kind: 'mbr', reservedAtEnd: 0, fault: undefined })
    expect(partitions.map(({ number, typeName }) => [number, typeName])).toEqual([
      [1, 'Linux'],
      [2, 'Extended'],
      [3, 'Linux swap'],
      [4, 'NTFS or exFAT'],
    ])
  })

  it('is read from the second copy of a GPT when the first is gone, and says so', async () => {
    const wiped = without(openGolden(disk('gpt')), { from: 512, to: 34 * 512 })
    const { table, partitions } = await readStructure(wiped, undefined)
    expect(table?.fault).toBe('its first copy is gone, and the second one was read')
    expect(partitions).toHaveLength(3)
  })

  it('is that of the first copy when the second is gone, which is no fault', async () => {
    const wiped = without(openGolden(disk('gpt')), { from: 95 * mib, to: 96 * mib })
    const { table, partitions } = await readStructure(wiped, undefined)
    expect(table).toMatchObject({ fault: undefined, backupHeaderAt: undefined })
    expect(partitions).toHaveLength(3)
  })

  it('is answered for any superblock, in few reads', async () => {
    const random = seededRandom(20)
    for (const each of Object.values(golden)) {
      for (let round = 0; round < 60; round++) {
        const noisy = new Noisy(openGolden(each), () => random.below(2 ** 31), each.sectors)
        const structure = await readStructure(noisy, undefined)
        const ends = { storedEnd: each.length, contentEnd: each.length }
        const { safeSize = 1, partitions } = layoutOf(noisy.length, structure, ends)
        expect(Number.isSafeInteger(safeSize) && safeSize <= noisy.length).toBe(true)
        for (const { fileSystem } of partitions) mustBeSane(fileSystem)
        mustBeSane(structure.wholeDisk)
        expect(noisy.bytesRead).toBeLessThan(3 * mib)
      }
    }
  })
})

function mustBeSane(fileSystem: FileSystem | undefined): void {
  const { size = 1, label = '?' } = fileSystem ?? {}
  expect(Number.isSafeInteger(size) && size > 0).toBe(true)
  expect(label).toMatch(/^\P{Cc}{1,256}$/u)
}

const gpt = {
  kind: 'gpt',
  sectorSize: 512,
  reservedAtEnd: 33 * 512,
  backupHeaderAt: undefined,
  fault: undefined,
} as const

const part = (number: number, start: number, end: number, size?: number): DiskPartition => ({
  number,
  start,
  end,
  typeName: undefined,
  name: undefined,
  fileSystem:
    size === undefined ? undefined : { kind: 'ext4', label: undefined, uuid: undefined, size },
})

const layout = (structure: Partial<DiskStructure>, contentEnd?: number) =>
  layoutOf(
    100 * mib,
    { table: undefined, partitions: [], wholeDisk: undefined, ...structure },
    { storedEnd: 50 * mib, contentEnd },
  )

describe('the smallest size that is safe', () => {
  it.each([
    [
      'the last partition, with what the table keeps behind it',
      layout(
        { table: gpt, partitions: [part(2, 20 * mib, 30 * mib), part(1, 0, 10 * mib)] },
        90 * mib,
      ),
      30 * mib + 33 * 512,
      { kind: 'partition', number: 2 },
    ],
    [
      'a file system that is larger than its partition',
      layout({
        table: gpt,
        partitions: [part(1, mib, 10 * mib, 12 * mib), part(2, 10 * mib, 11 * mib)],
      }),
      13 * mib + 33 * 512,
      { kind: 'file-system', number: 1 },
    ],
    [
      'no more than the disk has, whatever a superblock says',
      layout({ table: gpt, partitions: [part(1, mib, 10 * mib, 2 ** 52)] }),
      100 * mib,
      { kind: 'file-system', number: 1 },
    ],
    [
      'all content, when the table is at fault',
      layout(
        { table: { ...gpt, fault: 'broken' }, partitions: [part(1, mib, 10 * mib)] },
        40 * mib,
      ),
      40 * mib,
      { kind: 'content' },
    ],
    [
      'the file system of the whole disk',
      layout({ wholeDisk: { kind: 'xfs', label: undefined, uuid: undefined, size: 64 * mib } }),
      64 * mib,
      { kind: 'file-system', number: undefined },
    ],
    [
      'the whole disk, where what fills it does not say how large it is',
      layout(
        { wholeDisk: { kind: 'luks', label: undefined, uuid: undefined, size: undefined } },
        mib,
      ),
      100 * mib,
      { kind: 'file-system', number: undefined },
    ],
    ['whole sectors of content', layout({}, mib + 1), mib + 512, { kind: 'content' }],
    ['one sector at least', layout({}, 0), 512, { kind: 'content' }],
    ['not known without any of that', layout({}), undefined, undefined],
  ] as const)('is %s', (_, { safeSize, safeBecause }, size, because) => {
    expect(safeSize).toBe(size)
    expect(safeBecause).toEqual(because)
  })
})

const bytesOf = (content: Uint8Array, length: number): GuestBytes => ({
  length,
  async read(into, at) {
    into.fill(0)
    into.set(content.subarray(at, at + into.length))
  },
})

const without = (
  original: GuestBytes,
  { from, to }: { readonly from: number; readonly to: number },
): GuestBytes => ({
  length: original.length,
  async read(into, at) {
    await original.read(into, at)
    into.fill(0, Math.max(from - at, 0), Math.max(to - at, 0))
  },
})

/** A disk some of whose bytes are others, always the same ones. */
class Noisy implements GuestBytes {
  readonly length: number
  bytesRead = 0
  readonly #disk: GuestBytes
  readonly #noise = new Map<number, number>()

  constructor(original: GuestBytes, next: () => number, sectors: readonly number[]) {
    this.#disk = original
    this.length = original.length
    for (let count = 1 + (next() % 6); count > 0; count--) {
      const sector = sectors[next() % sectors.length] ?? 0
      this.#noise.set(sector * 512 + (next() % 512), next() % 256)
    }
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    if (at < 0 || at + into.length > this.length)
      throw new RangeError(`read past the end, at ${at}`)
    await this.#disk.read(into, at)
    this.bytesRead += into.length
    for (const [place, byte] of this.#noise) {
      if (place >= at && place < at + into.length) into[place - at] = byte
    }
  }
}
