import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../../core/base/crc32.ts'
import type { GuestBytes } from '../../../../core/guest/guest-bytes.ts'
import { readPartitionTable } from '../../../../core/guest/partition-table.ts'
import { noise } from '../../../helpers/noise.ts'

/** A sparse disk that counts what is read of it. */
class Disk implements GuestBytes {
  readonly length: number
  bytesRead = 0
  readonly #pieces = new Map<number, Uint8Array>()

  constructor(length: number) {
    this.length = length
  }

  put(at: number, bytes: Uint8Array): this {
    this.#pieces.set(at, bytes)
    return this
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    if (at + into.length > this.length) throw new RangeError(`read past the end, at ${at}`)
    this.bytesRead += into.length
    into.fill(0)
    for (const [start, bytes] of this.#pieces) {
      const from = Math.max(start, at)
      const to = Math.min(start + bytes.length, at + into.length)
      if (from < to) into.set(bytes.subarray(from - start, to - start), from - at)
    }
  }
}

interface Part {
  readonly first: number
  readonly last: number
}

interface GptOptions {
  readonly sectorSize?: 512 | 4096
  readonly entries?: number
  readonly entryBytes?: number
  readonly entriesAt?: number
}

/** As sgdisk writes it: protective MBR, header in sector 1, entries from sector 2. */
function gptDisk(
  parts: readonly (Part | undefined)[],
  { sectorSize = 512, entries = 128, entryBytes = 128, entriesAt = 2 }: GptOptions = {},
): Disk {
  const table = new Uint8Array(Math.min(entries, 2048) * entryBytes)
  const words = new DataView(table.buffer)
  for (const [index, part] of parts.entries()) {
    if (part === undefined) continue
    table.fill(0x11, index * entryBytes, index * entryBytes + 16)
    words.setBigUint64(index * entryBytes + 32, BigInt(part.first), true)
    words.setBigUint64(index * entryBytes + 40, BigInt(part.last), true)
  }
  const header = new Uint8Array(sectorSize)
  const fields = new DataView(header.buffer)
  header.set(new TextEncoder().encode('EFI PART'))
  fields.setUint32(8, 0x10000, true)
  fields.setUint32(12, 92, true)
  fields.setBigUint64(24, 1n, true)
  fields.setBigUint64(72, BigInt(entriesAt), true)
  fields.setUint32(80, entries, true)
  fields.setUint32(84, entryBytes, true)
  fields.setUint32(88, crc32(table), true)
  fields.setUint32(16, crc32(header.subarray(0, 92)), true)
  return new Disk(64 * 2 ** 20)
    .put(0, mbrSector([{ type: 0xee, start: 1, sectors: 0xffff_ffff }]))
    .put(sectorSize, header)
    .put(entriesAt * sectorSize, table)
}

interface MbrPart {
  readonly type: number
  readonly start: number
  readonly sectors: number
  readonly status?: number
}

function mbrSector(parts: readonly MbrPart[]): Uint8Array {
  const sector = new Uint8Array(512)
  const fields = new DataView(sector.buffer)
  for (const [index, { type, start, sectors, status = 0 }] of parts.entries()) {
    const at = 446 + 16 * index
    fields.setUint8(at, status)
    fields.setUint8(at + 4, type)
    fields.setUint32(at + 8, start, true)
    fields.setUint32(at + 12, sectors, true)
  }
  fields.setUint16(510, 0x55aa)
  return sector
}

describe('CRC-32', () => {
  it('is that of the standard check value', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })
})

describe('GPT', () => {
  it.each([512, 4096] as const)('reads entries with sectors of %i bytes', async (sectorSize) => {
    const disk = gptDisk([{ first: 2048, last: 4095 }, undefined, { first: 4096, last: 8191 }], {
      sectorSize,
    })
    expect(await readPartitionTable(disk)).toMatchObject({
      kind: 'gpt',
      sectorSize,
      partitions: [
        { number: 1, start: 2048 * sectorSize, end: 4096 * sectorSize },
        { number: 3, start: 4096 * sectorSize, end: 8192 * sectorSize },
      ],
      reservedAtEnd: 16_384 + sectorSize,
      fault: undefined,
    })
  })

  it('says which checksum is wrong, and reads the partitions all the same', async () => {
    const disk = gptDisk([{ first: 2048, last: 4095 }])
    const entry = new Uint8Array(15).fill(0x22)
    disk.put(1025, entry)
    const table = await readPartitionTable(disk)
    expect(table).toMatchObject({
      fault: 'the checksum of its entries is wrong',
      partitions: [{ number: 1, end: 4096 * 512 }],
    })
  })

  it('leaves entries out that end before they start or past every disk', async () => {
    const disk = gptDisk([
      { first: 10, last: 9 },
      { first: 10, last: 2 ** 53 },
      { first: 40, last: 40 },
    ])
    const table = await readPartitionTable(disk)
    expect(table?.partitions).toMatchObject([{ number: 3, start: 40 * 512, end: 41 * 512 }])
    expect(table?.fault).toBe('partition 1 contradicts itself and was left out')
  })

  it('reads a bounded number of entries, whatever the header asks for', async () => {
    const disk = gptDisk([{ first: 40, last: 40 }], { entries: 0xffff_ffff })
    const table = await readPartitionTable(disk)
    expect(table?.partitions).toHaveLength(1)
    expect(table?.fault).toContain('4294967295 entries')
    expect(disk.bytesRead).toBeLessThan(200_000)
  })

  it('does not follow entries past the end of the disk', async () => {
    const disk = gptDisk([{ first: 40, last: 40 }], { entriesAt: 2 ** 40 })
    expect(await readPartitionTable(disk)).toMatchObject({
      kind: 'gpt',
      partitions: [],
      fault: 'its entries lie past the end of the disk',
    })
  })

  it('takes a protective MBR without a GPT for what it is', async () => {
    const disk = new Disk(2 ** 20).put(
      0,
      mbrSector([{ type: 0xee, start: 1, sectors: 0xffff_ffff }]),
    )
    expect(await readPartitionTable(disk)).toMatchObject({
      kind: 'mbr',
      partitions: [],
      fault: 'the GUID partition table it stands for is gone',
    })
  })
})

describe('MBR', () => {
  it('reads primary partitions', async () => {
    const disk = new Disk(64 * 2 ** 20).put(
      0,
      mbrSector([
        { type: 0x83, start: 2048, sectors: 1000, status: 0x80 },
        { type: 0, start: 0, sectors: 0 },
        { type: 0x82, start: 8192, sectors: 8 },
      ]),
    )
    expect(await readPartitionTable(disk)).toMatchObject({
      kind: 'mbr',
      sectorSize: 512,
      partitions: [
        { number: 1, start: 2048 * 512, end: 3048 * 512, typeName: 'Linux' },
        { number: 3, start: 8192 * 512, end: 8200 * 512, typeName: 'Linux swap' },
      ],
      reservedAtEnd: 0,
      fault: undefined,
    })
  })

  const extended = { type: 0x0f, start: 4096, sectors: 20_000 }

  it('follows the chain of logical partitions', async () => {
    const disk = new Disk(64 * 2 ** 20)
      .put(0, mbrSector([{ type: 0x83, start: 2048, sectors: 2048 }, extended]))
      .put(
        4096 * 512,
        mbrSector([
          { type: 0x83, start: 64, sectors: 100 },
          { type: 0x05, start: 1000, sectors: 500 },
        ]),
      )
      .put(5096 * 512, mbrSector([{ type: 0x83, start: 64, sectors: 436 }]))
    const table = await readPartitionTable(disk)
    expect(table?.partitions.map(({ number }) => number)).toEqual([1, 2, 5, 6])
    expect(table?.partitions.at(-1)).toMatchObject({
      number: 6,
      start: 5160 * 512,
      end: 5596 * 512,
    })
    expect(table?.fault).toBeUndefined()
  })

  it('ends a chain that comes back to itself', async () => {
    const disk = new Disk(64 * 2 ** 20)
      .put(0, mbrSector([extended]))
      .put(4096 * 512, mbrSector([{ type: 0x05, start: 0, sectors: 500 }]))
    expect(await readPartitionTable(disk)).toMatchObject({
      fault: 'its chain of logical partitions comes back to itself',
    })
  })

  it('ends a chain that goes on for ever', async () => {
    const disk = new Disk(64 * 2 ** 20).put(0, mbrSector([extended]))
    for (let link = 0; link < 400; link++) {
      const next = { type: 0x05, start: link + 1, sectors: 1 }
      disk.put((4096 + link) * 512, mbrSector([{ type: 0x83, start: 1, sectors: 1 }, next]))
    }
    const table = await readPartitionTable(disk)
    expect(table?.fault).toBe('it has more than 256 logical partitions')
    expect(table?.partitions).toHaveLength(257)
  })

  it('ends a chain that leaves the disk or breaks off', async () => {
    const cut = new Disk(4096 * 512).put(0, mbrSector([extended]))
    expect((await readPartitionTable(cut))?.fault).toContain('leaves the disk')
    const broken = new Disk(64 * 2 ** 20).put(0, mbrSector([extended]))
    expect((await readPartitionTable(broken))?.fault).toContain('breaks off')
  })

  it('does not take the boot sector of a file system for a table', async () => {
    const sector = noise(7, 512)
    new DataView(sector.buffer).setUint16(510, 0x55aa)
    expect(await readPartitionTable(new Disk(2 ** 20).put(0, sector))).toBeUndefined()
  })
})

describe('any other content', () => {
  it('has no table', async () => {
    expect(await readPartitionTable(new Disk(0))).toBeUndefined()
    expect(await readPartitionTable(new Disk(512))).toBeUndefined()
    expect(await readPartitionTable(new Disk(2 ** 20))).toBeUndefined()
  })

  it('is answered, whatever it is', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const disk = gptDisk([{ first: 40, last: 99 }])
      const start = [0, 446, 512, 512 + 72, 1024][seed % 5] ?? 0
      disk.put(start, noise(seed, 1 + (seed % 24)))
      const table = await readPartitionTable(disk)
      for (const { end } of table?.partitions ?? []) expect(Number.isSafeInteger(end)).toBe(true)
      expect(disk.bytesRead).toBeLessThan(5 * 2 ** 20)
    }
  })
})
