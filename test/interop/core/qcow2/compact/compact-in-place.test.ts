import { describe, expect, test } from 'vitest'
import { matrixImages } from '../../../../helpers/image-matrix.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import { compactAndExpect, zeroesOf } from './compacting.ts'

/** A petabyte of zeroes takes days to hash, with any tool. */
const images = someOf(
  matrixImages.filter(({ name }) => name !== 'large-virtual-size' && name !== 'aes'),
  { oneIn: 8, from: 2 },
)

/** What a guest does in a day, with QEMU. */
const churn = [
  'write -P 0x51 256k 512k',
  'discard 0 128k',
  'discard 320k 256k',
  'write -P 0x52 1M 300k',
  'discard 1M 64k',
  'write -P 0 1100k 64k',
]

describe('Compacted in place', () => {
  test.each(images)('an image of QEMU holds the same: $name', async ({ name, build }) => {
    await using folder = await tempFolder('compact')
    const path = await build(folder.path)
    if (!name.startsWith('size-')) await qemuIo(path, ...churn)
    const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
    expect(outcome.after).toBeLessThanOrEqual(outcome.before)
  })
})
