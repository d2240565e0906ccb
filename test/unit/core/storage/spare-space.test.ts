import { describe, expect, it } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { measureSpareSpace, punchSpareSpace } from '../../../../core/storage/punch-spare-space.ts'
import type { SpareLayout, Worth } from '../../../../core/storage/spare-space.ts'
import type { WritableFile } from '../../../../core/storage/writable-file.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const block = 4096
const mib = 2 ** 20

/** Stretches of one worth after the other; the last goes on for ever. */
function layout(scanZeroes: boolean, ...stretches: (readonly [Worth, number])[]): SpareLayout {
  return {
    scanZeroes,
    stretchAt(at) {
      let end = 0
      for (const [worth, blocks] of stretches) {
        end += blocks * block
        if (at < end) return { worth, end }
      }
      return { worth: 'kept', end: Infinity }
    },
  }
}

const content = layout(true, ['content', Infinity])

/** A file in memory that counts what is asked of it, and lets a test step in. */
class WatchedFile extends MemoryFile {
  readonly punched: (readonly [at: number, length: number])[] = []
  reads = 0
  onCall: () => void = () => undefined

  override punchHole(at: number, length: number): 'punched' {
    this.punched.push([at, length])
    this.onCall()
    return super.punchHole(at, length)
  }

  override readNow(into: Uint8Array, at: number): void {
    this.reads++
    super.readNow(into, at)
    this.onCall()
  }
}

/** Blocks of one value each; a hole where there is none. */
function fileOf(...values: (number | undefined)[]): WatchedFile {
  const file = new WatchedFile({ size: values.length * block })
  for (const [index, value] of values.entries()) {
    if (value !== undefined) file.put(new Uint8Array(block).fill(value), index * block)
  }
  return file
}

/** Of each block: its first value where it is stored, undefined where it is a hole. */
function blocksOf(file: MemoryFile): (number | undefined)[] {
  const first = new Uint8Array(1)
  return Array.from({ length: Math.ceil(file.size() / block) }, (_, index) => {
    file.readNow(first, index * block)
    return file.hostRun(index * block).kind === 'hole' ? undefined : first[0]
  })
}

describe('punching what a file need not store', () => {
  it('makes holes of unused stretches, whatever is in them, and of nothing else', async () => {
    const file = fileOf(1, 2, 0, 3, 0)
    const parts = layout(false, ['kept', 1], ['unused', 2], ['content', 2])
    const space = await punchSpareSpace(file, parts)
    expect(file.reads).toBe(0)
    expect(blocksOf(file)).toEqual([1, undefined, undefined, 3, 0])
    expect(space).toEqual({ unusedBytes: 2 * block, zeroBytes: 0, holes: 1, bytesRead: 0 })
  })

  it('makes holes of blocks of content that are all zero, and keeps those that are in part', async () => {
    const file = fileOf(0, 5, 0, 0, 6, 0)
    file.put(Uint8Array.of(1), 3 * block + 2000)
    const space = await punchSpareSpace(file, content)
    expect(blocksOf(file)).toEqual([undefined, 5, undefined, 0, 6, undefined])
    expect(space).toEqual({ unusedBytes: 0, zeroBytes: 3 * block, holes: 3, bytesRead: 6 * block })
  })

  it('looks at content only, not at zeroes of what is kept', async () => {
    const file = fileOf(0, 0, 0)
    await punchSpareSpace(file, layout(true, ['kept', 1], ['content', 1]))
    expect(blocksOf(file)).toEqual([0, undefined, 0])
  })

  it('neither reads nor punches what is a hole, and counts what is stored', async () => {
    const file = fileOf(undefined, 1, undefined, undefined, 0)
    const parts = layout(true, ['unused', 3], ['content', 2])
    const space = await punchSpareSpace(file, parts)
    expect(file.punched).toEqual([
      [0, 3 * block],
      [4 * block, block],
    ])
    expect(space).toEqual({ unusedBytes: block, zeroBytes: block, holes: 2, bytesRead: block })
    expect(await punchSpareSpace(file, parts)).toEqual({
      unusedBytes: 0,
      zeroBytes: 0,
      holes: 0,
      bytesRead: 0,
    })
    expect(file.punched).toHaveLength(2)
  })

  it('leaves a last block that is there in part', async () => {
    const file = new WatchedFile(new Uint8Array(2 * block + 100))
    const space = await punchSpareSpace(file, content)
    expect(blocksOf(file)).toEqual([undefined, undefined, 0])
    expect(space.zeroBytes).toBe(2 * block)
    expect((await measureSpareSpace(file, content)).holes).toBe(0)
  })

  it('joins zeroes over as much as is read at once', async () => {
    const file = new WatchedFile(new Uint8Array(5 * mib))
    await punchSpareSpace(file, content)
    expect(file.punched).toEqual([
      [0, 4 * mib],
      [4 * mib, mib],
    ])
    expect(file.allocatedBytes()).toBe(0)
  })

  it('refuses a host without holes before anything changed', async () => {
    class FlatFile extends MemoryFile {
      // A host's answer that the memory cannot give.
      override punchHole(): 'punched' {
        return 'unsupported' as 'punched'
      }
    }
    const file = new FlatFile(new Uint8Array(block), { name: '/images/a.raw' })
    const refused = punchSpareSpace(file, content)
    await expect(refused).rejects.toThrow('Space of a.raw cannot be given back here')
    await expect(refused).rejects.toMatchObject({ code: 'PLT-1575' })
    expect(file.allocatedBytes()).toBe(block)
  })

  it('measures what it would give back, and gives that back', async () => {
    const file = fileOf(1, 0, undefined, 2, 0, 0)
    const parts = layout(true, ['unused', 1], ['content', Infinity])
    const before = await measureSpareSpace(file, parts)
    expect(file.punched).toEqual([])
    expect(before).toEqual({
      unusedBytes: block,
      zeroBytes: 3 * block,
      holes: 3,
      bytesRead: 4 * block,
      promisedBytes: 0,
    })
    const { promisedBytes: _, ...space } = before
    expect(await punchSpareSpace(file, parts)).toEqual(space)
  })

  it('tells how far it is, to the end', async () => {
    const file = new WatchedFile(new Uint8Array(9 * mib).fill(1))
    const done: number[] = []
    await punchSpareSpace(file, content, {
      onProgress: (progress) => {
        expect(progress).toMatchObject({ phase: 'spare', total: 9 * mib, unit: 'bytes' })
        done.push(progress.done)
      },
    })
    expect(done).toEqual([4 * mib, 8 * mib, 9 * mib])
  })
})

describe('somebody who changes their mind while space is given back', () => {
  const parts = layout(true, ['unused', 2], ['content', 3], ['unused', 1], ['content', Infinity])
  const busyFile = () => fileOf(9, 9, 0, 1, 0, 9, 0, 2, 0)
  const bytesOf = (file: MemoryFile) => {
    const bytes = Buffer.alloc(file.size())
    file.readNow(bytes, 0)
    return bytes
  }
  const done = async () => {
    const file = busyFile()
    await punchSpareSpace(file, parts)
    return { calls: file.reads + file.punched.length, blocks: blocksOf(file) }
  }

  it('cancels at any step: the content is as it was, and the rest is done the next time', async () => {
    const { calls, blocks } = await done()
    // When the holes of the last piece that was read are made, there is nothing left to stop.
    for (let step = 1; step < calls - 1; step++) {
      const file = busyFile()
      const before = bytesOf(file)
      const stopper = new AbortController()
      let calledYet = 0
      file.onCall = () => {
        if (++calledYet === step) stopper.abort()
      }
      const { signal } = stopper
      await expect(punchSpareSpace(file, parts, { signal })).rejects.toMatchObject({
        reason: 'cancelled',
      })
      for (const [from, to] of [
        [2, 5],
        [6, 9],
      ] as const) {
        const part = (bytes: Buffer) => bytes.subarray(from * block, to * block)
        expect(part(bytesOf(file)).equals(part(before)), `after step ${step}`).toBe(true)
      }
      await punchSpareSpace(file, parts)
      expect(blocksOf(file)).toEqual(blocks)
    }
  })

  it('cancels before it begins: nothing is read', async () => {
    const file = busyFile()
    const signal = AbortSignal.abort()
    await expect(punchSpareSpace(file, parts, { signal })).rejects.toMatchObject({
      reason: 'cancelled',
    })
    expect([file.reads, file.punched.length]).toEqual([0, 0])
  })

  it('pauses at any step, does nothing meanwhile, and goes on', async () => {
    const { calls, blocks } = await done()
    for (let step = 1; step < calls; step++) {
      const file = busyFile()
      let callsWhenStanding = 0
      const pause = new PauseSwitch(() => {
        callsWhenStanding = file.reads + file.punched.length
        setImmediate(() => {
          expect(file.reads + file.punched.length).toBe(callsWhenStanding)
          pause.resume()
        })
      })
      let calledYet = 0
      file.onCall = () => {
        if (++calledYet === step) pause.pause()
      }
      await punchSpareSpace(file, parts, { pause })
      expect(blocksOf(file)).toEqual(blocks)
    }
  })
})

describe('space on a real file system', () => {
  const bytesOf = async (file: WritableFile) => {
    const bytes = Buffer.alloc(file.size())
    await file.read(bytes, 0, 'data')
    return bytes
  }

  it('is free after its zeroes were punched, and the file reads as before', async () => {
    await using folder = await tempFolder('spare')
    await using file = await nodeHost.createFile(folder.file('disk'))
    const bytes = Buffer.alloc(8 * mib)
    for (let at = 0; at < bytes.length; at += mib) bytes.fill(at / mib + 1, at, at + mib / 4)
    await file.write(bytes, 0, 'data')
    await file.flush()
    const space = await punchSpareSpace(file, content)
    expect(space).toMatchObject({ zeroBytes: 6 * mib, holes: 8 })
    expect(file.size()).toBe(8 * mib)
    expect(file.allocatedBytes()).toBeLessThan(2 * mib + 64 * 1024)
    expect((await bytesOf(file)).equals(bytes)).toBe(true)
  })

  it('is free after a promise was given up, of unused stretches and of content', async () => {
    await using folder = await tempFolder('spare')
    await using file = await nodeHost.createFile(folder.file('disk'))
    expect(file.allocate(0, 16 * mib)).toBe('allocated')
    const bytes = Buffer.alloc(mib, 7)
    await file.write(bytes, 12 * mib, 'data')
    await file.flush()
    // Nothing was written to the rest, so it looks like a hole.
    expect(file.hostRun(0).kind).toBe('hole')
    const parts = layout(true, ['unused', (8 * mib) / block], ['content', Infinity])
    const measured = await measureSpareSpace(file, parts)
    expect(measured).toMatchObject({ unusedBytes: 0, zeroBytes: 0 })
    expect(measured.promisedBytes).toBeGreaterThanOrEqual(15 * mib)
    await punchSpareSpace(file, parts)
    expect(file.allocatedBytes()).toBeLessThan(mib + 64 * 1024)
    const now = await bytesOf(file)
    expect(now.subarray(12 * mib, 13 * mib).equals(bytes)).toBe(true)
    expect(now.length).toBe(16 * mib)
  })

  it('that is promised to content is left alone when content is not looked at', async () => {
    await using folder = await tempFolder('spare')
    await using file = await nodeHost.createFile(folder.file('disk'))
    file.allocate(0, 4 * mib)
    await punchSpareSpace(file, layout(false, ['content', Infinity]))
    expect(file.allocatedBytes()).toBeGreaterThanOrEqual(4 * mib)
  })
})
