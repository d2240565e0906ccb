/** What is found in images of random bytes has numbers of 64 bits in it; it must cross all the same. */
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ImageError } from '../../core/errors/image-error.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { checkImage } from '../../core/operations/check.ts'
import { readInfo } from '../../core/operations/info.ts'
import { mapImage } from '../../core/operations/map.ts'
import { checkResult } from '../../ipc/schemas/check.ts'
import { imageInfo, mapExtent } from '../../ipc/schemas/image.ts'
import { dataFileName, scrambledImage } from '../helpers/broken-images.ts'
import { seededRandom } from '../helpers/random.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** Noise in the top bits of every L2 entry: offsets far beyond 2^53. */
function withWildOffsets(bytes: Buffer, seed: number): Buffer {
  const random = seededRandom(seed)
  for (let at = 0x4000; at + 8 <= bytes.length; at += 8) {
    if (bytes[at + 7] === 0 && random.chance(0.5)) bytes[at + 1] = random.below(256)
  }
  return bytes
}

/** What it gives, or undefined when the image is refused with a reason. */
async function unlessRefused<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ImageError) return undefined
    throw error
  }
}

test('what is found in 150 damaged images fits the contract', async () => {
  await using folder = await tempFolder('contract')
  await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
  const path = folder.file('damaged.qcow2')
  let beyond = 0
  for (let seed = 5000; seed < 5150; seed++) {
    await writeFile(path, withWildOffsets(scrambledImage(seed).bytes, seed))
    const info = await unlessRefused(() => readInfo(nodeHost, path, { clusters: true }))
    const check = await unlessRefused(() => checkImage(nodeHost, path))
    await unlessRefused(async () => {
      for await (const batch of mapImage(nodeHost, path)) {
        for (const extent of batch) mapExtent.parse(extent)
      }
    })
    if (info !== undefined) imageInfo.parse(info)
    if (check !== undefined) checkResult.parse(check)
    beyond += (check?.findings ?? []).filter(
      ({ offset }) => offset !== undefined && !Number.isSafeInteger(offset),
    ).length
  }
  // Otherwise the images are too tame to prove anything.
  expect(beyond).toBeGreaterThan(0)
})
