import { describe, expect, it } from 'vitest'
import type { Reason } from '../../../../core/errors/catalogue.ts'
import { layoutOf, type DiskStructure } from '../../../../core/guest/disk-layout.ts'
import { foreignBytes, planGptMove, type GptMove } from '../../../../core/guest/gpt-move.ts'
import type { GuestDisk } from '../../../../core/guest/guest-bytes.ts'
import { readStructure } from '../../../../core/guest/read-structure.ts'
import { tableBytes } from '../../../../core/guest/table-bytes.ts'
import {
  bytesBeforeMove,
  takeMoveBack,
  writeGptMove,
} from '../../../../core/guest/write-gpt-move.ts'
import { gptDisk, type GptDiskOptions } from '../../../helpers/gpt-disk.ts'
import { refusalOf } from '../../../helpers/refusal-of.ts'

/** A disk in memory, that tells the order of what is done to it. */
class MemoryDisk implements GuestDisk {
  bytes: Uint8Array<ArrayBuffer>
  readonly told: string[] = []

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
  }

  get length(): number {
    return this.bytes.length
  }

  /** As a larger or smaller disk. */
  withLength(length: number): MemoryDisk {
    const bytes = new Uint8Array(length)
    bytes.set(this.bytes.subarray(0, length))
    return new MemoryDisk(bytes)
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    if (at < 0 || at + into.length > this.length) throw new RangeError(`read past the end at ${at}`)
    into.set(this.bytes.subarray(at, at + into.length))
  }

  async write(from: Uint8Array, at: number): Promise<void> {
    if (at < 0 || at + from.length > this.length) throw new RangeError(`write past the end, ${at}`)
    this.told.push(`write ${at}+${from.length}`)
    this.bytes.set(from, at)
  }

  async flush(): Promise<void> {
    this.told.push('flush')
  }
}

const parts = [
  { first: 8, last: 15 },
  { first: 18, last: 27 },
]
const LAST_USED = 28

const diskOf = (options: Partial<GptDiskOptions> = {}): MemoryDisk =>
  new MemoryDisk(gptDisk({ sectors: 60, parts, ...options }))

const planned = async (disk: MemoryDisk, size: number): Promise<GptMove> =>
  planGptMove(disk, await readStructure(disk, undefined), size)

describe.each([512, 4096] as const)('a GPT in sectors of %i bytes', (sectorSize) => {
  const reserved = (Math.ceil((16 * 128) / sectorSize) + 1) * sectorSize
  const smallest = LAST_USED * sectorSize + reserved

  it('says how small the disk may be: its last partition and the copy behind it', async () => {
    const disk = diskOf({ sectorSize })
    const structure = await readStructure(disk, undefined)
    expect(structure.table).toEqual({
      kind: 'gpt',
      sectorSize,
      reservedAtEnd: reserved,
      backupHeaderAt: disk.length - sectorSize,
      fault: undefined,
    })
    const layout = layoutOf(disk.length, structure, { storedEnd: undefined, contentEnd: undefined })
    expect(layout).toMatchObject({
      safeSize: smallest,
      safeBecause: { kind: 'partition', number: 2 },
    })
  })

  it.each([LAST_USED + reserved / sectorSize, 41, 59])(
    'has its copy at the end of a disk of %i sectors, as if it had been made so',
    async (sectors) => {
      const disk = diskOf({ sectorSize })
      const size = sectors * sectorSize
      const move = await planned(disk, size)
      expect(move).toMatchObject({ headerAt: size - sectorSize, isDone: false })
      await writeGptMove(disk, move)
      const cut = disk.withLength(size)
      expect(Buffer.compare(cut.bytes, gptDisk({ sectors, parts, sectorSize }))).toBe(0)
      expect(await planned(cut, size)).toMatchObject({ isDone: true })
    },
  )

  it('has its copy at the end of a disk that grew, and the old one stays where it was', async () => {
    const disk = diskOf({ sectorSize }).withLength(90 * sectorSize)
    const move = await planned(disk, disk.length)
    expect(await foreignBytes(disk, move)).toBe(0)
    await writeGptMove(disk, move)
    const expected = gptDisk({ sectors: 90, parts, sectorSize })
    expected.set(diskOf({ sectorSize }).bytes.subarray(-reserved), 60 * sectorSize - reserved)
    expect(Buffer.compare(disk.bytes, expected)).toBe(0)
  })

  it('is written so that one sound copy is there at every moment, and taken back byte by byte', async () => {
    const disk = diskOf({ sectorSize })
    const before = disk.bytes.slice()
    const move = await planned(disk, 41 * sectorSize)
    const old = await bytesBeforeMove(disk, move)
    await writeGptMove(disk, move)
    const second = `write ${41 * sectorSize - reserved}+${reserved}`
    const heads = [`write ${sectorSize}+512`, 'write 0+512']
    expect(disk.told.splice(0)).toEqual([second, 'flush', ...heads, 'flush'])
    await takeMoveBack(disk, old)
    expect(disk.told).toEqual([...heads, 'flush', second, 'flush'])
    expect(Buffer.compare(disk.bytes, before)).toBe(0)
  })

  it('is known by what the move leaves, before it is made', async () => {
    const disk = diskOf({ sectorSize })
    const move = await planned(disk, 41 * sectorSize)
    const left = await tableBytes(disk, await readStructure(disk, undefined), move)
    await writeGptMove(disk, move)
    const found = left.map(({ at, bytes }) => disk.bytes.subarray(at, at + bytes.length))
    expect(found.map((bytes) => Buffer.from(bytes))).toEqual(
      left.map(({ bytes }) => Buffer.from(bytes)),
    )
  })

  it('counts what else lies where its copy goes, in whole sectors of 512 bytes', async () => {
    const disk = diskOf({ sectorSize })
    const size = 41 * sectorSize
    disk.bytes[size - reserved + 5] = 1
    disk.bytes[size - 1] = 1
    expect(await foreignBytes(disk, await planned(disk, size))).toBe(1024)
    expect(await foreignBytes(disk, await planned(disk, disk.length))).toBe(0)
  })
})

describe('a move of the copy is refused', () => {
  /** A superblock of ext4 in the second partition, of so many blocks of 1 KiB. */
  const withFileSystem = (blocks: number) => (disk: MemoryDisk) => {
    const view = new DataView(disk.bytes.buffer)
    const at = 18 * 512 + 1024
    view.setUint16(at + 0x38, 0xef53, true)
    view.setUint32(at + 4, blocks, true)
    view.setUint32(at + 0x60, 0x40, true)
  }

  interface Refused {
    readonly name: string
    readonly harm: (disk: MemoryDisk) => void
    readonly sectors: number
    readonly reason: Reason
    /** Part of what is said to be found. */
    readonly found: string
  }
  const fill =
    (value: number, from: number, to: number): Refused['harm'] =>
    ({ bytes }) =>
      void bytes.fill(value, from, to)

  const refused: readonly Refused[] = [
    {
      name: 'with a first copy that is damaged',
      harm: fill(1, 512 + 40, 512 + 41),
      sectors: 50,
      reason: 'gpt-faulty',
      found: 'the checksum of its header is wrong',
    },
    {
      name: 'with entries that are damaged',
      harm: fill(1, 1024 + 60, 1024 + 61),
      sectors: 50,
      reason: 'gpt-faulty',
      found: 'the checksum of its entries is wrong',
    },
    {
      name: 'with a first copy that is gone',
      harm: fill(0, 512, 1024),
      sectors: 50,
      reason: 'gpt-faulty',
      found: 'its first copy is gone, and the second one was read',
    },
    {
      name: 'before the end of a partition',
      harm: () => undefined,
      sectors: 32,
      reason: 'gpt-partition-past-end',
      found: String(28 * 512),
    },
    {
      name: 'into the file system of the last partition, which is larger than that',
      harm: withFileSystem(10),
      sectors: LAST_USED + 5,
      reason: 'gpt-no-room',
      found: 'the file system of partition 2, which ends at byte 19456',
    },
  ]
  it.each(refused)('$name', async ({ harm, sectors, reason, found }) => {
    const disk = diskOf()
    harm(disk)
    const error = await refusalOf(() => planned(disk, sectors * 512))
    expect(error).toMatchObject({ reason })
    expect(String(error.context.found)).toContain(found)
  })

  it('without a table', async () => {
    const disk = new MemoryDisk(new Uint8Array(60 * 512))
    expect(await refusalOf(() => planned(disk, 50 * 512))).toMatchObject({ reason: 'gpt-missing' })
  })

  it('where even the first copy has no room', async () => {
    const disk = diskOf({ parts: [] })
    await expect(planned(disk, 10 * 512)).rejects.toMatchObject({
      reason: 'gpt-no-room',
      context: { found: 'the first copy of the table' },
    })
  })

  it('and not because of a partition that contradicts itself, which is called a fault', async () => {
    const disk = diskOf({ parts: [...parts, { first: 40, last: 30 }] })
    const structure: DiskStructure = await readStructure(disk, undefined)
    expect(structure.table?.fault).toBe('partition 3 contradicts itself and was left out')
    await expect(planned(disk, 50 * 512)).rejects.toMatchObject({ reason: 'gpt-faulty' })
  })
})
