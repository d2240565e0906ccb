import { execFile } from 'node:child_process'
import { glob, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { shell, type BenchCase, type Side } from './bench-case.ts'
import { metadataImage } from './images.ts'
import { platter } from './platter.ts'

const run = promisify(execFile)

const GIB = 1024 ** 3
/** A million clusters of 64 KiB. */
const DISK = 64 * GIB

type Images = Readonly<Record<Side, string>>

interface ChangeWork {
  readonly name: string
  /** Makes the image that every run changes a copy of; none where the work makes it. */
  readonly model?: (image: string) => Promise<void>
  /** What follows `platter`, for an image. */
  readonly ours: (image: string) => readonly string[]
  /** What follows `qemu-img`, for an image. */
  readonly peer: (image: string) => string
}

/** No targets: performance.md names none for these. */
const changeCase = ({ name, model, ours, peer }: ChangeWork): BenchCase => ({
  name,
  target: { kind: 'none' },
  prepare: async (folder) => {
    const images: Images = {
      ours: path.join(folder, 'ours.qcow2'),
      peer: path.join(folder, 'peer.qcow2'),
    }
    const source = path.join(folder, 'model.qcow2')
    await model?.(source)
    const peerWords = peer(`'${images.peer}'`)
    return {
      kind: 'comparison',
      ours: platter(...ours(images.ours), '--no-history', '--quiet'),
      // A repair tells each refcount it raises.
      peer: shell(`qemu-img ${peerWords} 2>/dev/null`),
      peerName: `qemu-img ${peerWords.split(' ', 1)[0] ?? ''}`,
      before: async (side) => {
        // A repair leaves a safety copy beside the image.
        for await (const file of glob(`${path.basename(images[side])}*`, { cwd: folder })) {
          await rm(path.join(folder, file))
        }
        if (model !== undefined) await run('cp', ['--sparse=always', source, images[side]])
      },
    }
  },
})

/** All metadata allocated, and each refcount of the first block 0: what repairs have to raise. */
async function imageToRepair(image: string): Promise<void> {
  await metadataImage(image, `${DISK}`)
  await using handle = await open(image, 'r+')
  const word = Buffer.alloc(8)
  // The refcount table is in cluster 1; a block counts 32,768 clusters.
  await handle.read(word, 0, 8, 65_536 + 8)
  await handle.write(Buffer.alloc(65_536), 0, 65_536, Number(word.readBigUInt64BE()))
}

const withSnapshot = async (image: string): Promise<void> => {
  await metadataImage(image, `${DISK}`)
  await run('qemu-img', ['snapshot', '-c', 'kept', image])
}

export const changeCases: readonly BenchCase[] = [
  changeCase({
    name: 'create-20g',
    ours: (image) => ['create', image, `${20 * GIB}`],
    peer: (image) => `create -q -f qcow2 ${image} ${20 * GIB}`,
  }),
  changeCase({
    name: 'create-64g-metadata',
    ours: (image) => ['create', image, `${DISK}`, '--preallocation', 'metadata'],
    peer: (image) => `create -q -f qcow2 -o preallocation=metadata ${image} ${DISK}`,
  }),
  changeCase({
    name: 'resize-64g-to-8t',
    model: (image) => metadataImage(image, `${DISK}`),
    ours: (image) => ['resize', image, `${128 * DISK}`],
    peer: (image) => `resize -q -f qcow2 ${image} ${128 * DISK}`,
  }),
  changeCase({
    name: 'snapshot-create-64g-full',
    model: (image) => metadataImage(image, `${DISK}`),
    ours: (image) => ['snapshot', image, 'create', 'kept'],
    peer: (image) => `snapshot -c kept ${image}`,
  }),
  changeCase({
    name: 'snapshot-delete-64g-full',
    model: withSnapshot,
    ours: (image) => ['snapshot', image, 'delete', 'kept'],
    peer: (image) => `snapshot -d kept ${image}`,
  }),
  changeCase({
    name: 'amend-64g-refcount-bits',
    model: (image) => metadataImage(image, `${DISK}`),
    ours: (image) => ['amend', image, '--refcount-bits', '64'],
    peer: (image) => `amend -o refcount_bits=64 ${image}`,
  }),
  changeCase({
    name: 'repair-64g-refcounts',
    model: imageToRepair,
    ours: (image) => ['repair', image],
    peer: (image) => `check -q -r all ${image}`,
  }),
]
