import path from 'node:path'
import { program, shell, type BenchCase } from './bench-case.ts'
import { engine } from './cancel.ts'
import { platter } from './platter.ts'

const MiB = 1024 * 1024

/** Verbs that look at the bytes of a disk, and change them. */
export const contentCases: readonly BenchCase[] = [
  {
    name: 'mapped-every-other-small-cluster',
    target: { kind: 'ratio', atMost: 0.5 },
    memoryLimitMiB: 256,
    prepare: async (folder, { isQuick }) => {
      // Twice as many extents for QEMU, which also prints what is not stored.
      const image = path.join(folder, 'every-other.qcow2')
      const size = (isQuick ? 32 : 256) * MiB
      await engine.makePattern(image, { kind: '2', size, clusterSize: 512 })
      return {
        kind: 'comparison',
        ours: platter('mapped', '--json', image),
        peer: program('qemu-img', 'map', '--output=json', image),
        peerName: 'qemu-img map',
      }
    },
  },
  {
    name: 'sha1-half-holes',
    target: { kind: 'ratio', atMost: 0.8 },
    prepare: async (folder, { isQuick }) => {
      const image = path.join(folder, 'half.qcow2')
      const raw = path.join(folder, 'peer.raw')
      await engine.makePattern(image, { kind: '2', size: (isQuick ? 128 : 1024) * MiB })
      return {
        kind: 'comparison',
        ours: platter('sha', '--algorithm', 'sha1', '--no-history', image),
        peer: shell(
          `qemu-img convert -O raw '${image}' '${raw}' && sha1sum '${raw}' && rm '${raw}'`,
        ),
        peerName: 'qemu-img convert, sha1sum',
      }
    },
  },
  {
    name: 'info-filter-one-image',
    target: { kind: 'seconds', atMost: 0.15 },
    prepare: async (folder) => {
      const image = path.join(folder, 'one.qcow2')
      await engine.makePattern(image, { kind: '1', size: 64 * MiB })
      return {
        kind: 'comparison',
        ours: platter('info', '--filter', '.virtual-size', image),
        peer: program('qemu-img', 'info', '--output=json', image),
        peerName: 'qemu-img info',
      }
    },
  },
  {
    name: 'read-one-sector',
    target: { kind: 'seconds', atMost: 0.2 },
    prepare: async (folder) => {
      const image = path.join(folder, 'one.qcow2')
      await engine.makePattern(image, { kind: '1', size: 64 * MiB })
      return {
        kind: 'comparison',
        ours: platter('read', '--sector', '256', '--hex', image),
        peer: program('qemu-io', '-r', '-c', 'read -v 128k 512', image),
        peerName: 'qemu-io read',
      }
    },
  },
  {
    name: 'write-one-sector',
    target: { kind: 'seconds', atMost: 0.2 },
    prepare: async (folder) => {
      const image = path.join(folder, 'one.qcow2')
      await engine.makePattern(image, { kind: '1', size: 64 * MiB })
      const words = ['--sector', '256', '--pattern', '7', '--length', '1', '--no-history']
      return {
        kind: 'comparison',
        ours: platter('write', ...words, image),
        peer: program('qemu-io', '-c', 'write -P 7 128k 512', '-c', 'flush', image),
        peerName: 'qemu-io write',
      }
    },
  },
]
