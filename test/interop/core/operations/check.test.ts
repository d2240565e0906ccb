import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { brokenImage, dataFileName, scrambledImage } from '../../../helpers/broken-images.ts'
import { comparableQemu, ourCheck, type OurCheck } from '../../../helpers/check-equality.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { matrixImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuCheck, type QemuCheckRun } from '../../../helpers/qemu.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

/** Where the two may differ, and why: nothing else is let pass. */
const justified: readonly {
  readonly name: string
  readonly applies: (qemu: QemuCheckRun, ours: OurCheck) => boolean
}[] = [
  {
    name: 'QEMU opens AES images with a passphrase only; our check needs none',
    applies: (qemu) => /Parameter 'encrypt\.key-secret' is required/.test(qemu.stderr),
  },
  {
    name: 'QEMU opens backing and data files before it checks; our check does without them',
    applies: (qemu) =>
      /Could not open '[^']*(?<!\.qcow2)': |Could not open backing file/.test(qemu.stderr),
  },
  {
    name: 'We refuse header offsets above 8 PiB, which no number of ours can hold exactly',
    applies: (_, ours) => ours.error?.context.expected === 'a number below 2^53',
  },
]

/** Both answers when they differ and nothing justifies it; undefined when all is well. */
async function difference(path: string, folder: string): Promise<unknown> {
  const qemu = await qemuCheck(path, { cwd: folder, timeoutMs: 20_000 })
  const ours = await ourCheck(path)
  if (justified.some(({ applies }) => applies(qemu, ours))) return undefined
  const { exitCode, counts } = ours
  const expected = comparableQemu(qemu)
  if (isDeepStrictEqual({ exitCode, counts }, expected)) return undefined
  return { ours: { exitCode, counts }, qemu: expected, stderr: qemu.stderr }
}

async function fingerprint(path: string) {
  const { size, mtimeMs, ino } = await stat(path)
  const sha = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { size, mtimeMs, ino, sha }
}

describe('check agrees with qemu-img check on images that QEMU made', () => {
  it.each(someOf(matrixImages, { oneIn: 8, from: 1 }))('$name', async ({ build }) => {
    await using folder = await tempFolder('check')
    const image = await build(folder.path)
    const ours = await ourCheck(image)
    expect(ours.error).toBeUndefined()
    expect(ours.result?.findings).toEqual([])
    expect(ours.result?.health).toBe('healthy')
    expect(await difference(image, folder.path)).toBeUndefined()
  })
})

const brokenCount = 480
const perTest = 60

describe(`check agrees with qemu-img check on ${brokenCount} randomly broken images`, () => {
  const groups = Array.from({ length: brokenCount / perTest }, (_, index) => index * perTest)
  it.each(someOf(groups, { oneIn: 3 }))(
    'seeds from %i on',
    async (first) => {
      await using folder = await tempFolder('broken')
      await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
      for (let seed = first; seed < first + perTest; seed++) {
        const { image, story } = brokenImage(seed)
        const path = await image.writeTo(folder.file('broken.qcow2'))
        expect(
          await difference(path, folder.path),
          `seed ${seed}: ${story.join('; ')}`,
        ).toBeUndefined()
      }
    },
    60_000,
  )
})

describe('check agrees with qemu-img check on scrambled bytes', () => {
  it('240 images with noise in headers and tables', async () => {
    await using folder = await tempFolder('scrambled')
    await writeFile(folder.file(dataFileName), Buffer.alloc(64 * 1024))
    const path = folder.file('scrambled.qcow2')
    for (let seed = 2000; seed < 2240; seed++) {
      const { bytes, story } = scrambledImage(seed)
      await writeFile(path, bytes)
      expect(
        await difference(path, folder.path),
        `seed ${seed}: ${story.join('; ')}`,
      ).toBeUndefined()
    }
  }, 60_000)
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

describe('an image that a VM has open', () => {
  it('is checked without getting in the way, and the result says that it may lag', async () => {
    await using folder = await tempFolder('live')
    const path = await new Qcow2Builder({ dirty: true }).data(0).writeTo(folder.file('live.qcow2'))
    await using _vm = await qemuSession(path)
    const live = await checkImage(nodeHost, path)
    expect(live.live).toBe(true)
    // A running VM keeps the dirty bit set: nothing to warn about.
    expect(live.findings.filter(({ rule }) => rule === 'marked-dirty')).toEqual([])
  })
})
