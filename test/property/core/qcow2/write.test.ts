import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { randomCall, windowOf } from '../../../helpers/flat-disk.ts'
import { expectCleanAfterFlush, type MemoryImage } from '../../../helpers/memory-image.ts'
import { quarters, randomImage } from '../../../helpers/random-image.ts'
import { seededRandom } from '../../../helpers/random.ts'

/** What must not change, and what must be as the disk is, apart from the disk itself. */
async function besides(image: MemoryImage, kind: string): Promise<string> {
  return kind === 'snapshots' ? hash('sha256', await image.snapshot(0)) : 'nothing'
}

function readAlone(dataFile: MemoryFile, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  dataFile.readNow(bytes, 0)
  return bytes
}

it('an image holds what any calls left in it, side by side, whatever its kind', async () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed)
    const { image, kind, readableAlone } = randomImage(random)
    const before = await besides(image, kind)
    const window = await windowOf(image.writer)
    const parts = quarters(window, image.clusterSize)
    const calls: string[] = []
    for (let burst = 0; burst < 10; burst++) {
      calls.push(
        ...(await Promise.all(parts.map((part) => randomCall(image.writer, part, random)))),
      )
      if (random.chance(0.3)) await image.writer.flush()
    }
    await expectCleanAfterFlush(image)
    const stored = Buffer.from(await image.stored())
    const alone =
      readableAlone === undefined ? stored : readAlone(readableAlone, window.bytes.length)
    const outcome = {
      sameDisk: stored.equals(window.bytes),
      sameAlone: alone.equals(window.bytes),
      besides: await besides(image, kind),
    }
    expect({ seed, kind, calls, ...outcome }).toEqual({
      seed,
      kind,
      calls,
      sameDisk: true,
      sameAlone: true,
      besides: before,
    })
  }
})
