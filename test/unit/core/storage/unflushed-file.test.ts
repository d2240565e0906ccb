import { describe, expect, it } from 'vitest'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { UnflushedFile } from '../../../../core/storage/unflushed-file.ts'

/** A file that counts its flushes. */
class FlushedFile extends MemoryFile {
  flushes = 0
  override async flush(): Promise<void> {
    this.flushes++
  }
}

describe('a file whose flushes are put off', () => {
  it('flushes once, when it is settled, and says how many it left out', async () => {
    const below = new FlushedFile({ size: 0 })
    const file = new UnflushedFile(below)
    for (let round = 0; round < 3; round++) {
      file.writeNow(Uint8Array.of(round), round, 'data')
      await file.flush()
    }
    expect(below.flushes).toBe(0)
    expect(file.flushesSkipped).toBe(3)
    await file.settle()
    expect(below.flushes).toBe(1)
    expect(file.flushesSkipped).toBe(3)
  })

  it('is the file below in all else', async () => {
    const identity = { device: 1n, inode: 2n }
    const below = new MemoryFile(new Uint8Array(20_000).fill(7), { name: 'a.qcow2', identity })
    const file = new UnflushedFile(below)
    expect(file.name).toBe('a.qcow2')
    expect(file.identity).toBe(identity)
    expect(file.times()).toBeUndefined()
    await file.write(Uint8Array.of(1, 2), 100, 'data')
    const bytes = new Uint8Array(3)
    await file.read(bytes, 99, 'data')
    expect([...bytes]).toEqual([7, 1, 2])
    file.truncate(50_000)
    expect(file.size()).toBe(50_000)
    expect(file.punchHole(0, 8192)).toBe('punched')
    expect(file.hostRun(0)).toEqual({ kind: 'hole', end: 8192 })
    expect(file.allocate(0, 4096)).toBe('allocated')
    expect(file.allocatedBytes()).toBe(below.allocatedBytes())
    file.readNow(bytes, 0, 'data')
    expect([...bytes]).toEqual([0, 0, 0])
    await file.close()
  })

  it('tells the failure of the flush at its end', async () => {
    const failure = new Error('the disk is gone')
    class FailingFile extends MemoryFile {
      override flush(): Promise<void> {
        return Promise.reject(failure)
      }
    }
    const file = new UnflushedFile(new FailingFile({ size: 0 }))
    await file.flush()
    await expect(file.settle()).rejects.toBe(failure)
  })
})
