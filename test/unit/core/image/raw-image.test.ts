import { expect, test } from 'vitest'
import { RawImage } from '../../../../core/image/raw-image.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import type { HostRun } from '../../../../core/storage/block-file.ts'

/** Counts how often somebody asks what is a hole. */
class AskedFile extends MemoryFile {
  asked = 0

  override hostRun(at: number): HostRun {
    this.asked++
    return super.hostRun(at)
  }
}

test('a file is asked once for each stretch, however small the steps over it are', async () => {
  const length = 4 * 1024 * 1024
  const file = new AskedFile({ size: 0 })
  file.truncate(length + 100)
  file.writeNow(new Uint8Array(1024 * 1024).fill(1), 2 * 1024 * 1024)
  const image = new RawImage(file)
  const kinds: string[] = []
  for (let at = 0; at < image.virtualSize;) {
    const run = image.runAt(at, Math.min(64 * 1024, image.virtualSize - at))
    if (kinds.at(-1) !== run.kind) kinds.push(run.kind)
    at += run.length
  }
  expect([kinds, file.asked]).toEqual([['zero', 'data', 'zero'], 3])
  await image.close()
})
