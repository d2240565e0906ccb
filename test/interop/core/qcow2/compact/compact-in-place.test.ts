import { describe, expect, test } from 'vitest'
import { matrixImages } from '../../../../helpers/image-matrix.ts'
import { qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import { compactAndExpect, zeroesOf } from './compacting.ts'

/** A petabyte of zeroes takes days to hash, with any tool. */
const hashable = matrixImages.filter(({ name }) => name !== 'large-virtual-size' && name !== 'aes')

describe('Compacted in place, with its zero clusters let go of', () => {
  test.each(hashable)('an image of QEMU holds the same: $name', async ({ build }) => {
    await using folder = await tempFolder('compact')
    const path = await build(folder.path)
    await compactAndExpect(path, { zero: await zeroesOf(path) })
  })
})

describe('Compacted in place after its guest has let go of much', () => {
  test.each(hashable.filter(({ name }) => !name.startsWith('size-')))(
    'an image of QEMU holds the same: $name',
    async ({ build }) => {
      await using folder = await tempFolder('compact')
      const path = await build(folder.path)
      await qemuIo(
        path,
        'write -P 0x51 256k 512k',
        'discard 0 128k',
        'discard 320k 256k',
        'write -P 0x52 1M 300k',
        'discard 1M 64k',
        'write -P 0 1100k 64k',
      )
      const { outcome } = await compactAndExpect(path)
      expect(outcome.before).toBeGreaterThanOrEqual(outcome.after)
    },
  )
})
