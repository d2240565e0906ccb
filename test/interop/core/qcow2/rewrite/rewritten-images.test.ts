import { readFile, stat, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { codecs } from '../../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import {
  buildRewritten,
  type BuildOptions,
} from '../../../../../core/qcow2/rewrite/build-rewritten.ts'
import { bitmapContents } from '../../../../crash/bitmap-contents.ts'
import { matrixImages, type MatrixImage } from '../../../../helpers/image-matrix.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { noise } from '../../../../helpers/noise.ts'
import {
  qemuCheck,
  qemuImg,
  qemuImgJson,
  qemuIo,
  qemuIoWith,
  type QemuCheck,
} from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

interface Info {
  readonly snapshots?: readonly { readonly id: string }[]
  readonly 'format-specific': { readonly data: Readonly<Record<string, unknown>> }
}

interface Extent {
  readonly start: number
  readonly length: number
  readonly data: boolean
  readonly depth: number
  readonly offset?: number
}

async function rewrite(
  image: string,
  target: string,
  options: Omit<BuildOptions, 'codecs'> = {},
): Promise<void> {
  await using from = await nodeHost.openForHolding(image)
  await using to = await nodeHost.createFile(target)
  await buildRewritten(from, readHeaderArea(from), to, { codecs, ...options })
  expect(bitmapContents(to)).toBe(bitmapContents(from))
}

/** All that info says, without what names the file or measures it. */
function factsOf(info: Info): unknown {
  const text = JSON.stringify(info, (key, value: unknown) =>
    ['filename', 'full-backing-filename', 'actual-size', 'file-length', 'children'].includes(key)
      ? undefined
      : value,
  )
  return JSON.parse(text)
}

/** Clean, and the same disk in every state; what the check counted. */
async function mustBeEqual(
  image: string,
  rewritten: string,
  { snapshots = [] }: Pick<Info, 'snapshots'> = {},
): Promise<QemuCheck | undefined> {
  const check = await qemuCheck(rewritten)
  expect(check).toMatchObject({ exitCode: 0, stderr: '' })
  await qemuImg('compare', '-q', image, rewritten)
  for (const { id } of snapshots) {
    const raws = [`${rewritten}.1`, `${rewritten}.2`] as const
    for (const [index, source] of [image, rewritten].entries()) {
      await qemuImg('convert', '-l', `snapshot.id=${id}`, '-O', 'raw', source, raws[index] ?? '')
    }
    const [old, now] = await Promise.all(raws.map((raw) => readFile(raw)))
    expect(old !== undefined && now?.equals(old)).toBe(true)
  }
  return check.result
}

const isLinked = ({ name }: MatrixImage) => name.startsWith('data-file')
const isReadable = ({ name }: MatrixImage) => name !== 'aes'
const rewritable = someOf(
  matrixImages.filter((image) => !isLinked(image) && isReadable(image)),
  { oneIn: 8, from: 0 },
)
/** A petabyte is not compared byte by byte. */
const isHuge = ({ name }: MatrixImage) => name === 'large-virtual-size'

/** Kinds whose compressed form is another one, each of them once. */
const packable =
  /^(v2|clusters-512|refcount-bits-1|extended-l2-65536|compressed-(zlib|zstd|extended-l2)|snapshots(-refcount-bits-2|-extended-l2)?|backing)$/

test.each(rewritable)('$name is the same image, clean and in order', async (image) => {
  await using folder = await tempFolder()
  const source = await image.build(folder.path)
  const target = folder.file('rewritten.qcow2')
  await rewrite(source, target)
  const [old, now] = [
    await qemuImgJson<Info>('info', source),
    await qemuImgJson<Info>('info', target),
  ]
  expect(factsOf(now)).toEqual(factsOf(old))
  if (isHuge(image)) {
    await qemuIo(target, 'read -P 5 1125899906710528 65536', 'read -P 6 0 4k')
    return
  }
  const counted = await mustBeEqual(source, target, old)
  // QEMU counts every packed cluster as a fragment, and the plain ones after it.
  const isPacked = counted?.['compressed-clusters'] !== undefined
  expect(isPacked ? 0 : (counted?.['fragmented-clusters'] ?? 0)).toBe(0)
  if (!packable.test(image.name)) return
  for (const compression of image.name === 'v2'
    ? (['zlib'] as const)
    : (['zlib', 'zstd'] as const)) {
    const compressed = folder.file(`${compression}.qcow2`)
    await rewrite(source, compressed, { compression })
    const result = await mustBeEqual(source, compressed, old)
    expect(result?.['compressed-clusters']).toBeGreaterThan(0)
  }
})

test('what a guest scattered is one run of the map again', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', source, '16M')
  const backwards = Array.from(
    { length: 32 },
    (_, index) => `write -P ${index + 1} ${(31 - index) * 128}k 128k`,
  )
  await qemuIo(source, ...backwards, 'write -P 99 12M 64k')
  const target = folder.file('rewritten.qcow2')
  await rewrite(source, target)
  const extents = (await qemuImgJson<Extent[]>('map', target)).filter(({ data }) => data)
  expect(extents.map(({ start, length }) => [start, length])).toEqual([
    [0, 4 * 2 ** 20],
    [12 * 2 ** 20, 64 * 1024],
  ])
  expect(extents[1]?.offset).toBe((extents[0]?.offset ?? 0) + 4 * 2 ** 20)
  await mustBeEqual(source, target)
})

test('compressed clusters of mixed sizes do not grow by being rewritten again and again', async () => {
  await using folder = await tempFolder()
  const raw = folder.file('disk.raw')
  const content = Buffer.alloc(4 * 2 ** 20)
  for (let at = 0; at < content.length; at += 64 * 1024) {
    noise(at, (at / 1024) % (60 * 1024)).copy(content, at)
  }
  await writeFile(raw, content)
  let source = folder.file('disk.qcow2')
  await qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, source)
  const lengths: number[] = []
  for (const round of [1, 2, 3]) {
    const target = folder.file(`round-${round}.qcow2`)
    await rewrite(source, target)
    const counted = await mustBeEqual(source, target)
    lengths.push(counted?.['image-end-offset'] ?? 0)
    source = target
  }
  expect(new Set(lengths).size).toBe(1)
})

test('an image after a long life with snapshots is shorter and the same', async () => {
  await using folder = await tempFolder()
  const source = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', source, '32M')
  for (const [turn, name] of ['one', 'two', 'three'].entries()) {
    const writes = Array.from({ length: 24 }, (_, index) => {
      const at = ((index * 7 + turn * 11) % 120) * 256
      return `${index % 5 === 4 ? 'discard' : `write -P ${turn * 24 + index + 1}`} ${at}k ${64 * (1 + (index % 4))}k`
    })
    await qemuIo(source, ...writes)
    await qemuImg('snapshot', '-c', name, source)
  }
  await qemuImg('snapshot', '-d', 'two', source)
  await qemuIo(source, 'discard 0 16M', 'write -P 0x99 20M 1M')
  const target = folder.file('rewritten.qcow2')
  await rewrite(source, target)
  await mustBeEqual(source, target, await qemuImgJson<Info>('info', source))
  expect((await stat(target)).size).toBeLessThan((await stat(source)).size)
})

test('an AES-encrypted image opens with its passphrase and holds the same', async () => {
  await using folder = await tempFolder()
  const image = matrixImages.find(({ name }) => name === 'aes')
  const source = (await image?.build(folder.path)) ?? ''
  const secret = ['--object', 'secret,id=key,data=platter', '--image-opts']
  const at = (file: string) => `driver=qcow2,encrypt.key-secret=key,file.filename=${file}`
  await qemuIoWith({ args: secret }, at(source), 'write -P 0x31 1M 64k', 'write -P 0x32 0 4k')
  const target = folder.file('rewritten.qcow2')
  await rewrite(source, target)
  const reads = ['read -P 0x31 1M 64k', 'read -P 0x32 0 4k', 'read -P 0 2M 64k']
  const said = await qemuIoWith({ args: secret }, at(target), ...reads)
  expect(said).not.toMatch(/Pattern verification/)
})
