import { describe, expect, it } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { PlannedFile } from '../../../../core/storage/planned-file.ts'

const below = () => new MemoryFile(new Uint8Array(10_000).fill(7))

function read(file: PlannedFile, at: number, length: number): number[] {
  const bytes = new Uint8Array(length)
  file.readNow(bytes, at, 'data')
  return [...bytes]
}

describe('a planned file', () => {
  it('reads what was written, and the file below everywhere else', async () => {
    const base = below()
    const file = new PlannedFile(base, { budget: 10_000 })
    file.writeNow(Uint8Array.of(1, 2, 3), 4095, 'l2-table')
    expect(read(file, 4093, 6)).toEqual([7, 7, 1, 2, 3, 7])
    const bytes = new Uint8Array(3)
    base.readNow(bytes, 4095)
    expect([...bytes]).toEqual([7, 7, 7])
    await file.read(bytes, 4096, 'data')
    expect([...bytes]).toEqual([2, 3, 7])
  })

  it('grows by writes, with zeroes before them', () => {
    const file = new PlannedFile(below(), { budget: 10_000 })
    file.writeNow(Uint8Array.of(9), 20_000, 'header')
    expect(file.size()).toBe(20_001)
    expect(read(file, 9_998, 4)).toEqual([7, 7, 0, 0])
    expect(read(file, 19_999, 3)).toEqual([0, 9, 0])
  })

  it('never becomes shorter than the file below, nor than what was written', () => {
    const file = new PlannedFile(below(), { budget: 10_000 })
    file.truncate(100)
    expect(file.size()).toBe(10_000)
    file.truncate(30_000)
    expect(file.size()).toBe(30_000)
    file.truncate(15_000)
    expect(file.size()).toBe(15_000)
    file.writeNow(Uint8Array.of(1), 20_000, 'data')
    file.truncate(12_000)
    expect(file.size()).toBe(20_001)
  })

  it('keeps the writes in their order, apart where they were flushed', async () => {
    const file = new PlannedFile(below(), { budget: 10_000 })
    const bytes = Uint8Array.of(1)
    file.writeNow(bytes, 0, 'l1-table')
    bytes[0] = 2
    await file.write(bytes, 0, 'header')
    await file.flush()
    await file.flush()
    file.writeNow(bytes, 5, 'header')
    const epochs = file.epochs.map((writes) => writes.map(({ at, bytes: [value] }) => [at, value]))
    expect(epochs).toEqual([
      [
        [0, 1],
        [0, 2],
      ],
      [[5, 2]],
    ])
  })

  it('tells what differs from the file below, and not what was written as it is', () => {
    const file = new PlannedFile(below(), { budget: 10_000 })
    file.writeNow(Uint8Array.of(7, 7), 5000, 'data')
    expect(file.isChanged(0, 10_000)).toBe(false)
    file.writeNow(Uint8Array.of(7, 8), 5000, 'data')
    expect(file.isChanged(5001, 1)).toBe(true)
    expect(file.isChanged(5002, 4998)).toBe(false)
    expect(file.isChanged(0, 5001)).toBe(false)
  })

  it('tells holes of the file below from what was planned', () => {
    const file = new PlannedFile(new MemoryFile({ size: 40_960 }), { budget: 10_000 })
    expect(file.hostRun(0)).toEqual({ kind: 'hole', end: 40_960 })
    file.writeNow(Uint8Array.of(1), 8192, 'data')
    expect(file.hostRun(0)).toEqual({ kind: 'hole', end: 8192 })
    expect(file.hostRun(8200)).toEqual({ kind: 'data', end: 12_288 })
  })

  it('refuses more than fits into its memory, whatever the writes are', () => {
    const large = new PlannedFile(below(), { budget: 10_000 })
    expect(() => large.writeNow(new Uint8Array(6000), 0, 'data')).toThrow(ImageError)
    const small = new PlannedFile(below(), { budget: 10_000 })
    const writeOften = () => {
      for (let at = 0; at < 100; at++) small.writeNow(Uint8Array.of(1), at, 'data')
    }
    expect(writeOften).toThrow(ImageError)
    const merged = new PlannedFile(below(), { budget: 10_000, keepsWrites: false })
    for (let at = 0; at < 4096; at++) merged.writeNow(Uint8Array.of(1), at, 'data')
    expect(merged.isChanged(0, 4096)).toBe(true)
    expect(merged.epochs).toEqual([])
  })
})
