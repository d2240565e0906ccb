import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readableImages } from '../helpers/image-matrix.ts'
import { someOf } from '../helpers/some-of.ts'
import { qemuCheck, qemuImg, qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const images: string[] = []

beforeAll(async () => {
  folder = await tempFolder('cli-matrix')
  for (const { name, build } of someOf(readableImages, { oneIn: 5, from: 3 })) {
    const own = folder.file(name)
    await mkdir(own)
    images.push(await build(own))
  }
}, 240_000)

afterAll(() => folder[Symbol.asyncDispose]())

describe('over every image QEMU can make', () => {
  it('check --json gives the objects of qemu-img check', async () => {
    const { stdout } = await platter(['check', '--json', '--links', 'allow', ...images])
    const ours = JSON.parse(stdout) as unknown[]
    for (const [index, image] of images.entries()) {
      const { result } = await qemuCheck(image)
      expect({ image, found: ours[index] }).toEqual({ image, found: result })
    }
  }, 120_000)

  it('info --json gives the objects of qemu-img info', async () => {
    const { exitCode, stdout } = await platter(['info', '--json', '--links', 'allow', ...images])
    expect(exitCode).toBe(0)
    const ours = JSON.parse(stdout) as unknown[]
    for (const [index, image] of images.entries()) {
      const expected = await qemuImgJson('info', image)
      expect({ image, found: ours[index] }).toEqual({ image, found: expected })
    }
  }, 120_000)

  it('map --json gives the arrays of qemu-img map', async () => {
    const { exitCode, stdout } = await platter(['map', '--json', '--links', 'allow', ...images])
    expect(exitCode).toBe(0)
    const ours = JSON.parse(stdout) as { filename: string; map: unknown }[]
    for (const [index, image] of images.entries()) {
      const found = ours[index]
      expect(found).toEqual({ version: 1, filename: image, map: await qemuImgJson('map', image) })
    }
  }, 120_000)

  it('sha gives the digests of the converted disks, a line each', async () => {
    // Digests over the whole matrix are compared in test/interop; here it is the lines.
    const some = images.slice(0, 6)
    const { exitCode, stdout } = await platter(['sha', ...some])
    expect(exitCode).toBe(0)
    const lines: string[] = []
    for (const image of some) {
      const raw = folder.file('converted.raw')
      await qemuImg('convert', '-O', 'raw', image, raw)
      const digest = createHash('sha256')
        .update(await readFile(raw))
        .digest('hex')
      lines.push(`${digest}  ${image}\n`)
    }
    expect(stdout).toBe(lines.join(''))
  }, 120_000)
})

describe('one image', () => {
  it.each(['info', 'check', 'map'] as const)(
    '%s --json gives the very shape that qemu-img gives, not an array of it',
    async (verb) => {
      const image = images[0] ?? ''
      const { stdout } = await platter([verb, '--json', image])
      expect(JSON.parse(stdout)).toEqual(await qemuImgJson(verb, image))
    },
  )

  it('check --json never changes a byte, a size or a time', async () => {
    const copies = folder.file('copies')
    await mkdir(copies)
    const copy = path.join(copies, 'copy.qcow2')
    await qemuImg('convert', '-O', 'qcow2', images[0] ?? '', copy)
    const facts = async (): Promise<string> => {
      const { size, mtimeNs, ino } = await stat(copy, { bigint: true })
      return `${size} ${mtimeNs} ${ino} ${(await readFile(copy)).toString('base64')}`
    }
    const before = await facts()
    await platter(['check', '--deep', copy])
    expect(await facts()).toBe(before)
  })
})
