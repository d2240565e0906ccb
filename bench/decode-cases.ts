import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { shell, type BenchCase, type Target } from './bench-case.ts'
import { discardedImage } from './images.ts'
import { platter, platterWords } from './platter.ts'
import { textDisk } from './text-disk.ts'

const run = promisify(execFile)

const MIB = 1024 ** 2

interface DecodeWork {
  readonly name: string
  readonly target: Target
  /** Makes the image. `bytes`: of the disk. */
  readonly image: (file: string, bytes: number) => Promise<void>
}

/**
 * The peer converts to raw and ends with a flush, as ours does. Of a pipe it cannot read, so there it saves the
 * image first.
 */
const casesOf = ({ name, target, image: make }: DecodeWork): readonly BenchCase[] =>
  (['decode', 'stream-decode'] as const).map((verb) => ({
    name: `${verb}-${name}`,
    target,
    memoryLimitMiB: 256,
    prepare: async (folder, { isQuick }) => {
      const image = path.join(folder, 'disk.qcow2')
      const saved = path.join(folder, 'saved.qcow2')
      const ours = path.join(folder, 'ours.raw')
      const theirs = path.join(folder, 'theirs.raw')
      await make(image, (isQuick ? 256 : 2048) * MIB)
      const convert = `qemu-img convert -f qcow2 -O raw -t writeback`
      const isStream = verb === 'stream-decode'
      return {
        kind: 'comparison',
        ours: isStream
          ? shell(`cat '${image}' | ${platterWords} stream-decode --no-history - '${ours}'`)
          : platter('decode', '--no-history', image, ours),
        peer: isStream
          ? shell(`cat '${image}' > '${saved}' && ${convert} '${saved}' '${theirs}'`)
          : shell(`${convert} '${image}' '${theirs}'`),
        peerName: isStream ? 'cat, qemu-img convert' : 'qemu-img convert',
        before: async () => {
          for (const file of [ours, theirs, saved]) await rm(file, { force: true })
          // What others left unwritten would be written at the first flush, inside the time.
          await run('sync', ['-f', folder])
        },
      }
    },
  }))

const noise = (isDiscarded: (guest: number) => boolean) => (file: string, virtualSize: number) =>
  discardedImage(file, { virtualSize, isStored: () => true, isDiscarded, keepsStale: false })

async function packedImage(file: string, bytes: number): Promise<void> {
  const raw = `${file}.raw`
  await textDisk(raw, bytes)
  await run('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, file])
  await rm(raw)
}

const works: readonly DecodeWork[] = [
  { name: 'full', target: { kind: 'ratio', atMost: 1 }, image: noise(() => false) },
  {
    name: 'half-empty',
    target: { kind: 'ratio', atMost: 0.8 },
    image: noise((guest) => Math.floor(guest / 64) % 2 === 1),
  },
  {
    name: 'every-other-cluster',
    target: { kind: 'ratio', atMost: 1 },
    image: noise((guest) => guest % 2 === 1),
  },
  { name: 'compressed', target: { kind: 'ratio', atMost: 1 }, image: packedImage },
]

/** Disks that become raw files, out of a file and out of a pipe. */
export const decodeCases: readonly BenchCase[] = works.flatMap(casesOf)
