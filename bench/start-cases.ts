import { existsSync } from 'node:fs'
import path from 'node:path'
import { program, type BenchCase, type BenchCommand, type Target } from './bench-case.ts'
import { smallImages } from './images.ts'
import { launcher, platter } from './platter.ts'

/** What a person waits for before anything happens. */
const soon: Target = { kind: 'seconds', atMost: 0.15 }

/** The system's own Node, which hands over to ours when it is older. */
const systemNode = '/usr/bin/node'

interface Start {
  readonly name: string
  readonly target: Target
  /** What follows `platter`, for an image. */
  readonly words: (image: string) => readonly string[]
  readonly peer: (image: string) => readonly string[]
  readonly ours?: (...words: readonly string[]) => BenchCommand
}

const startCase = ({ name, target, words, peer, ours = platter }: Start): BenchCase => ({
  name,
  target,
  prepare: async (folder) => {
    await smallImages(folder, 1)
    const image = path.join(folder, 'vm-0000.qcow2')
    const peerWords = peer(image)
    return {
      kind: 'comparison',
      ours: ours(...words(image)),
      peer: program('qemu-img', ...peerWords),
      peerName: `qemu-img ${peerWords[0] ?? ''}`,
    }
  },
})

const info = {
  words: (image: string) => ['info', '--json', image],
  peer: (image: string) => ['info', '--output=json', image],
}

/** Processes that do next to nothing: what is measured is their start. */
export const startCases: readonly BenchCase[] = [
  startCase({ name: 'start-help', target: soon, words: () => ['--help'], peer: () => ['--help'] }),
  startCase({
    name: 'start-help-of-a-verb',
    target: soon,
    words: () => ['help', 'create'],
    peer: () => ['create', '--help'],
  }),
  startCase({ name: 'info-one-image', target: soon, ...info }),
  ...(existsSync(systemNode)
    ? [
        startCase({
          name: 'start-from-the-systems-node',
          target: { kind: 'none' },
          ...info,
          ours: (...words) => program(systemNode, launcher, ...words),
        }),
      ]
    : []),
]
