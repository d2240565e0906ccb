import { execFile } from 'node:child_process'
import { cp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { seededRandom } from '../test/helpers/random.ts'
import { program, shell, type BenchCase, type Side, type Target } from './bench-case.ts'
import { engineWork } from './engine-program.ts'
import { everyOtherImage, metadataImage } from './images.ts'

const run = promisify(execFile)

const CLUSTER = 65_536
const PAGE = 4096

/** How much of the disk is allocated before the writes, with nothing in it. */
type Allocated = '0p' | '50p' | '100p'

/** The model image is made once; each run writes to a fresh copy, or allocating would happen only once. */
async function modelImage(model: string, allocated: Allocated, bytes: number): Promise<void> {
  if (allocated === '0p') {
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', model, `${bytes}`])
  } else if (allocated === '50p') {
    await everyOtherImage(model, bytes)
  } else {
    await metadataImage(model, `${bytes}`)
  }
}

interface WriteWork {
  readonly name: string
  readonly target: Target
  readonly allocated: Allocated
  /** Bytes of the disk. */
  readonly size: (isQuick: boolean) => number
  readonly commands: (
    images: Readonly<Record<Side, string>>,
    size: number,
    folder: string,
  ) => Promise<{ readonly ours: string[]; readonly peer: string; readonly peerName: string }>
}

const writeCase = ({ name, target, allocated, size, commands }: WriteWork): BenchCase => ({
  name,
  target,
  prepare: async (folder, { isQuick }) => {
    const bytes = size(isQuick)
    const model = path.join(folder, 'model.qcow2')
    await modelImage(model, allocated, bytes)
    const images = { ours: path.join(folder, 'ours.qcow2'), peer: path.join(folder, 'peer.qcow2') }
    const { ours, peer, peerName } = await commands(images, bytes, folder)
    return {
      kind: 'comparison',
      ours: await engineWork(...ours),
      peer: shell(peer),
      peerName,
      before: async (side) => {
        await rm(images[side], { force: true })
        await run('cp', ['--sparse=always', model, images[side]])
      },
    }
  },
})

const sequential = (allocated: Allocated, atMost: number): BenchCase =>
  writeCase({
    name: `write-sequential-${allocated}`,
    target: { kind: 'ratio', atMost },
    allocated,
    size: (isQuick) => (isQuick ? 256 : 1024) * 1024 ** 2,
    commands: async (images, size) => {
      const count = size / CLUSTER
      return {
        ours: ['write', images.ours, `${count}`, `${CLUSTER}`],
        peer: `qemu-img bench -q -w -f qcow2 -t writeback -c ${count} -s ${CLUSTER} --pattern 90 '${images.peer}'`,
        peerName: 'qemu-img bench -w',
      }
    },
  })

const random = (allocated: Allocated): BenchCase =>
  writeCase({
    name: `write-random-4k-${allocated}`,
    target: { kind: 'none' },
    allocated,
    size: () => 1024 ** 3,
    commands: async (images, size, folder) => {
      const numbers = seededRandom(7)
      const offsets = Array.from({ length: 8192 }, () => numbers.below(size / PAGE) * PAGE)
      const list = path.join(folder, 'offsets.txt')
      const script = path.join(folder, 'peer.txt')
      await writeFile(list, offsets.join('\n'))
      // As many at a time as ours: qemu-io starts each at once and waits where it is told to flush.
      const lines = offsets.map((at, index) =>
        index % 64 === 63 ? `aio_write -q ${at} ${PAGE}\naio_flush` : `aio_write -q ${at} ${PAGE}`,
      )
      await writeFile(script, `${lines.join('\n')}\naio_flush\nflush\nquit\n`)
      return {
        ours: ['write-at', images.ours, `${PAGE}`, list],
        peer: `qemu-io -f qcow2 -t writeback '${images.peer}' < '${script}'`,
        peerName: 'qemu-io aio_write',
      }
    },
  })

/** The same clusters again: nothing is allocated, and data was there before. */
const overwrite: BenchCase = {
  name: 'overwrite-sequential',
  target: { kind: 'ratio', atMost: 1.2 },
  prepare: async (folder, { isQuick }) => {
    const size = (isQuick ? 256 : 1024) * 1024 ** 2
    const count = size / CLUSTER
    const images = { ours: path.join(folder, 'ours.qcow2'), peer: path.join(folder, 'peer.qcow2') }
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', images.ours, `${size}`])
    const fill = (pattern: number, image: string) =>
      `bench -q -w -f qcow2 -t writeback -c ${count} -s ${CLUSTER} --pattern ${pattern} ${image}`
    await run('qemu-img', fill(17, images.ours).split(' '))
    await cp(images.ours, images.peer)
    return {
      kind: 'comparison',
      ours: await engineWork('write', images.ours, `${count}`, `${CLUSTER}`),
      peer: program('qemu-img', ...fill(90, images.peer).split(' ')),
      peerName: 'qemu-img bench -w',
    }
  },
}

export const writeCases: readonly BenchCase[] = [
  sequential('0p', 1.3),
  sequential('50p', 1.3),
  sequential('100p', 1.2),
  overwrite,
  random('0p'),
  random('50p'),
  random('100p'),
]
