/** Every kind of image that QEMU makes, there and back: QEMU judges what comes back as it judged the image. */
import { readFile, stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { createLuksImage } from '../../../helpers/luks-image.ts'
import { qemuCheck } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

test.each(someOf(readableImages, { oneIn: 8, from: 4 }))(
  '$name is judged the same without its data',
  async ({ build }) => {
    await using folder = await tempFolder('dehydrate')
    const path = await build(folder.path)
    const before = await stat(path)
    const options = { format: 'qcow2' } as const
    const result = await engine.dehydrateImage(path, folder.file('sent'), options)
    expect(result).toMatchObject({ judgedTheSame: true, leftOutCount: 0 })
    expect((await stat(path)).mtimeMs).toBe(before.mtimeMs)
    // Beside the image, where its backing file and its data file are.
    const back = folder.file('back.qcow2')
    await engine.rehydrateImage(folder.file('sent'), back)
    expect((await stat(back)).size).toBe(before.size)
    const { verdict, leaks, corruptions } = result.image
    const { exitCode, result: judged } = await qemuCheck(back)
    expect(exitCode).toBe({ clean: 0, incomplete: 1, corrupt: 2, leaks: 3 }[verdict])
    expect({ leaks: judged?.leaks ?? 0, corruptions: judged?.corruptions ?? 0 }).toEqual({
      leaks,
      corruptions,
    })
  },
)

test('neither the key slots of an encrypted image nor what it stores are sent', async () => {
  await using folder = await tempFolder('dehydrate')
  const path = folder.file('luks.qcow2')
  await createLuksImage(path, '1M')
  await engine.dehydrateImage(path, folder.file('sent'))
  await engine.rehydrateImage(folder.file('sent'), folder.file('back.qcow2'))
  const offset = (await readFile(path)).indexOf('LUKS')
  expect(offset).toBeGreaterThan(0)
  const header = (await readFile(folder.file('back.qcow2'))).subarray(offset, offset + 65_536)
  expect(header.some((byte) => byte !== 0)).toBe(false)
})
