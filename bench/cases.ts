import path from 'node:path'
import { cancelled, engine } from './cancel.ts'
import { changeCases } from './change-cases.ts'
import { compactCases } from './compact-cases.ts'
import { contentCases } from './content-cases.ts'
import { decodeCases } from './decode-cases.ts'
import { encodeCases } from './encode-cases.ts'
import { onlineCases } from './online-cases.ts'
import { platter } from './platter.ts'
import { program, shell, type BenchCase } from './bench-case.ts'
import { everyOtherImage, metadataImage, smallImages, sparseDataImage } from './images.ts'
import { startCases } from './start-cases.ts'
import { writeCases } from './write-cases.ts'
import { slowestSort, textFilter } from './window-list.ts'

const checkCase = (label: string, size: string, atMost: number): BenchCase => ({
  name: `check-${label}-metadata`,
  target: { kind: 'ratio', atMost },
  memoryLimitMiB: 256,
  prepare: async (folder) => {
    const image = path.join(folder, `${label}.qcow2`)
    await metadataImage(image, size)
    return {
      kind: 'comparison',
      ours: platter('check', '--json', '--no-history', image),
      peer: program('qemu-img', 'check', '--output=json', image),
      peerName: 'qemu-img check',
    }
  },
})

const smallImageCount = 1000

export const benchCases: readonly BenchCase[] = [
  ...startCases,
  checkCase('256g', '256G', 0.35),
  checkCase('1t', '1T', 0.2),
  checkCase('4t', '4T', 0.2),
  {
    name: 'map-64g-every-other-cluster',
    target: { kind: 'ratio', atMost: 0.45 },
    prepare: async (folder) => {
      const image = path.join(folder, 'every-other.qcow2')
      await everyOtherImage(image, 64 * 1024 ** 3)
      return {
        kind: 'comparison',
        ours: platter('map', '--json', image),
        peer: program('qemu-img', 'map', '--output=json', image),
        peerName: 'qemu-img map',
      }
    },
  },
  {
    name: 'hash-one-tenth-data',
    target: { kind: 'ratio', atMost: 0.6 },
    prepare: async (folder, { isQuick }) => {
      const image = path.join(folder, 'sparse.qcow2')
      await sparseDataImage(image, (isQuick ? 256 : 2048) * 1024 ** 2)
      const raw = path.join(folder, 'peer.raw')
      return {
        kind: 'comparison',
        ours: platter('sha', '--no-history', image),
        peer: shell(
          `qemu-img convert -O raw '${image}' '${raw}' && openssl dgst -sha256 '${raw}' && rm '${raw}'`,
        ),
        peerName: 'qemu-img convert, openssl dgst',
      }
    },
  },
  {
    name: 'check-1000-small-images',
    target: { kind: 'ratio', atMost: 0.2 },
    prepare: async (folder) => {
      await smallImages(folder, smallImageCount)
      return {
        kind: 'comparison',
        ours: platter('check', '--no-history', folder),
        peer: shell(
          `for image in '${folder}'/*.qcow2; do qemu-img check -q "$image" || exit; done`,
        ),
        peerName: 'shell loop over qemu-img check',
      }
    },
  },
  {
    name: 'list-1000-small-images',
    target: { kind: 'none' },
    prepare: async (folder) => {
      await smallImages(folder, smallImageCount)
      return {
        kind: 'comparison',
        ours: platter('list', '--json', folder),
        peer: shell(
          `for image in '${folder}'/*.qcow2; do qemu-img info --output=json "$image" || exit; done`,
        ),
        peerName: 'shell loop over qemu-img info',
      }
    },
  },
  {
    name: 'cancel-check-256g',
    target: { kind: 'seconds', atMost: 0.2 },
    prepare: async (folder) => {
      const image = path.join(folder, '256g.qcow2')
      await metadataImage(image, '256G')
      return cancelled((context) => engine.checkImage(image, context))
    },
  },
  {
    name: 'cancel-hash-of-data',
    target: { kind: 'seconds', atMost: 0.2 },
    prepare: async (folder) => {
      const image = path.join(folder, 'sparse.qcow2')
      await sparseDataImage(image, 256 * 1024 ** 2)
      return cancelled((context) => engine.hashImage(image, context))
    },
  },
  ...writeCases,
  ...changeCases,
  ...compactCases,
  ...onlineCases,
  ...contentCases,
  ...encodeCases,
  ...decodeCases,
  {
    name: 'window-list-10000-sort',
    target: { kind: 'seconds', atMost: 0.1 },
    prepare: () => Promise.resolve(slowestSort()),
  },
  {
    name: 'window-list-10000-filter',
    target: { kind: 'seconds', atMost: 0.05 },
    prepare: () => Promise.resolve(textFilter()),
  },
]
