import { expect, test } from 'vitest'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { SparseWriter } from '../../../../core/storage/sparse-writer.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { bytesOf } from '../../../helpers/rewritten.ts'

test('blocks of zeroes take no space, whatever lies around them', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = seededRandom(seed)
    const at = random.below(40) * 512
    const bytes = Buffer.alloc(1 + random.below(60_000))
    for (let from = 0; from < bytes.length; from += 1024) {
      if (random.chance(0.2))
        bytes.fill(1 + random.below(255), from, Math.min(from + 1024, bytes.length))
    }
    const file = new MemoryFile({ size: 0 })
    await new SparseWriter(file).write(bytes, at)
    file.truncate(at + bytes.length)
    expect(bytesOf(file).subarray(at).equals(bytes), `seed ${seed}`).toBe(true)

    let blocks = 0
    const whole = Buffer.concat([Buffer.alloc(at), bytes])
    for (let from = 0; from < whole.length; from += 4096) {
      if (whole.subarray(from, from + 4096).some((byte) => byte !== 0)) blocks++
    }
    expect(file.allocatedBytes(), `seed ${seed}`).toBe(blocks * 4096)
  }
})
