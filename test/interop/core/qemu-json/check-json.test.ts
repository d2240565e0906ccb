import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { qemuCheckJson } from '../../../../core/qemu-json/check-json.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuCheck } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

describe('check gives the very JSON of qemu-img', () => {
  test.each(someOf(readableImages, { oneIn: 8, from: 6 }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const { result } = await qemuCheck(path)
    expect(qemuCheckJson(await checkImage(nodeHost, path))).toEqual(result)
  })
})
