import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { brokenImage, dataFileName } from '../../../helpers/broken-images.ts'
import { comparableQemu, ourCheck } from '../../../helpers/check-equality.ts'
import { matrixImages } from '../../../helpers/image-matrix.ts'
import { qemuCheck } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

/** What QEMU refuses for reasons that have nothing to do with the image's structure. */
const justified = [
  {
    name: 'AES images need a passphrase before QEMU opens them; our check needs none',
    seen: /Parameter 'encrypt\.key-secret' is required for cipher/,
  },
] as const

const isJustified = (stderr: string) => justified.some(({ seen }) => seen.test(stderr))

async function fingerprint(path: string) {
  const { size, mtimeMs, ino } = await stat(path)
  const sha = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { size, mtimeMs, ino, sha }
}

describe('check agrees with qemu-img check on images that QEMU made', () => {
  it.each(matrixImages)('$name', async ({ build }) => {
    await using folder = await tempFolder('check')
    const image = await build(folder.path)
    const qemu = await qemuCheck(image, { cwd: folder.path })
    const ours = await ourCheck(image)
    expect(ours.error).toBeUndefined()
    expect(ours.result?.findings).toEqual([])
    expect(ours.result?.health).toBe('healthy')
    if (isJustified(qemu.stderr)) return
    const { exitCode, counts } = comparableQemu(qemu)
    expect({ exitCode: ours.exitCode, counts: ours.counts }).toEqual({ exitCode, counts })
  })
})

const brokenCount = 480
const perTest = 60

describe(`check agrees with qemu-img check on ${brokenCount} randomly broken images`, () => {
  const groups = Array.from({ length: brokenCount / perTest }, (_, index) => index * perTest)
  it.each(groups)(
    'seeds from %i on',
    async (first) => {
      await using folder = await tempFolder('broken')
      await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
      for (let seed = first; seed < first + perTest; seed++) {
        const { image, story } = brokenImage(seed)
        const path = await image.writeTo(folder.file('broken.qcow2'))
        const qemu = await qemuCheck(path, { cwd: folder.path, timeoutMs: 20_000 })
        const ours = await ourCheck(path)
        if (isJustified(qemu.stderr)) continue
        const expected = comparableQemu(qemu)
        expect(
          { exitCode: ours.exitCode, counts: ours.counts },
          `seed ${seed}: ${story.join('; ')}\n${qemu.stderr}`,
        ).toEqual(expected)
      }
    },
    60_000,
  )
})

describe('check changes nothing', () => {
  it('leaves bytes, size and times of damaged images as they were', async () => {
    await using folder = await tempFolder('untouched')
    for (let seed = 1000; seed < 1040; seed++) {
      const path = await brokenImage(seed).image.writeTo(folder.file('broken.qcow2'))
      const before = await fingerprint(path)
      await ourCheck(path)
      expect(await fingerprint(path)).toEqual(before)
    }
  })
})
