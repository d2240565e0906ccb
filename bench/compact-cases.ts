import { execFile } from 'node:child_process'
import { glob, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { shell, type BenchCase, type Target } from './bench-case.ts'
import { engineWork } from './engine-program.ts'
import { discardedImage, type DiscardedOptions } from './images.ts'

const run = promisify(execFile)

const GIB = 1024 ** 3
const TIB = 1024 ** 4

interface CompactWork {
  readonly name: string
  readonly target: Target
  readonly mode: 'in-place' | 'punch' | 'rewrite'
  /** Whether the content is hashed before and after, as it is unless somebody says no. */
  readonly proof: boolean
  readonly image: (isQuick: boolean) => DiscardedOptions
}

/**
 * The peer is what people do without Platter: convert to a new file, which here ends with a flush, as ours
 * does. It leaves two files, and loses snapshots and bitmaps.
 */
const compactCase = ({ name, target, mode, proof, image }: CompactWork): BenchCase => ({
  name: `compact-${name}`,
  target,
  prepare: async (folder, { isQuick }) => {
    const model = path.join(folder, 'model.qcow2')
    const ours = path.join(folder, 'ours.qcow2')
    const copy = path.join(folder, 'peer.qcow2')
    await discardedImage(model, image(isQuick))
    return {
      kind: 'comparison',
      ours: await engineWork('compact', ours, mode, proof ? 'proof' : 'no-proof'),
      peer: shell(`qemu-img convert -f qcow2 -O qcow2 -t writeback '${model}' '${copy}'`),
      peerName: 'qemu-img convert',
      measuresDisk: true,
      before: async (side) => {
        for await (const file of glob(['ours.qcow2*', '.ours.qcow2*'], { cwd: folder })) {
          await rm(path.join(folder, file))
        }
        await rm(copy, { force: true })
        if (side === 'ours') await run('cp', ['--sparse=always', model, ours])
        // What the copy left unwritten would be written at the first flush, inside the time.
        await run('sync', ['-f', folder])
      },
    }
  },
})

interface FourGibibytes {
  readonly isDiscarded: DiscardedOptions['isDiscarded']
  readonly keepsStale?: boolean
}

const fourGib =
  ({ isDiscarded, keepsStale = false }: FourGibibytes) =>
  (isQuick: boolean): DiscardedOptions => ({
    virtualSize: (isQuick ? 0.25 : 4) * GIB,
    isStored: () => true,
    isDiscarded,
    keepsStale,
  })

const everyOther = { isDiscarded: (guest: number) => guest % 2 === 1 }
const oneInTwenty = { isDiscarded: (guest: number) => guest % 20 === 7 }
const nothing = { isDiscarded: () => false }

/** 1 TiB with 256 KiB of data every 100 MiB (2.6 GiB, all L2 tables), of which a quarter was discarded. */
const sparseTebibyte = (isQuick: boolean): DiscardedOptions => ({
  virtualSize: (isQuick ? 1 / 16 : 1) * TIB,
  isStored: (guest) => guest % 1600 < 4,
  isDiscarded: (guest) => guest % 4 === 1,
  keepsStale: false,
})

const ratio = (atMost: number): Target => ({ kind: 'ratio', atMost })
const none: Target = { kind: 'none' }

export const compactCases: readonly BenchCase[] = [
  compactCase({
    name: '4g-every-other',
    target: ratio(0.7),
    mode: 'in-place',
    proof: true,
    image: fourGib(everyOther),
  }),
  compactCase({
    name: '4g-every-other-no-proof',
    target: ratio(0.7),
    mode: 'in-place',
    proof: false,
    image: fourGib(everyOther),
  }),
  compactCase({
    name: '4g-5-percent',
    target: ratio(0.15),
    mode: 'in-place',
    proof: true,
    image: fourGib(oneInTwenty),
  }),
  compactCase({
    name: '4g-5-percent-no-proof',
    target: ratio(0.15),
    mode: 'in-place',
    proof: false,
    image: fourGib(oneInTwenty),
  }),
  compactCase({
    name: '4g-nothing-to-do',
    target: none,
    mode: 'in-place',
    proof: true,
    image: fourGib(nothing),
  }),
  compactCase({
    name: '1t-sparse',
    target: none,
    mode: 'in-place',
    proof: true,
    image: sparseTebibyte,
  }),
  compactCase({
    name: '1t-sparse-no-proof',
    target: none,
    mode: 'in-place',
    proof: false,
    image: sparseTebibyte,
  }),
  compactCase({
    name: '4g-punch',
    target: ratio(0.05),
    mode: 'punch',
    proof: false,
    image: fourGib({ ...everyOther, keepsStale: true }),
  }),
  compactCase({
    name: '4g-rewrite',
    target: none,
    mode: 'rewrite',
    proof: true,
    image: fourGib(everyOther),
  }),
]
