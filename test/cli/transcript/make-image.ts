/** `make-image NAME FILE`: images for transcripts that qemu-img would refuse to make, the same every time. */
import { writeFile } from 'node:fs/promises'
import { gptDisk } from '../../helpers/gpt-disk.ts'
import { Qcow2Builder } from '../../helpers/qcow2-builder.ts'

type Image = Pick<Qcow2Builder, 'writeTo'>

const images: Readonly<Record<string, () => Image>> = {
  /** Three clusters that are counted and not used. */
  leaky: () => new Qcow2Builder().data(0).leak(3).build(),
  /** A cluster in use that counts as free. */
  corrupt: () => {
    const image = new Qcow2Builder().data(0).build()
    image.setRefcount(image.hostClusterOf(0), 0n)
    return image
  },
  /** A compressed cluster that is no stream of any method. */
  unpackable: () => new Qcow2Builder().compressed(0, 0x55, new Uint8Array(200).fill(0xff)).build(),
  /** Two guest clusters in one host cluster. */
  shared: () => {
    const image = new Qcow2Builder().data(0).data(1).build()
    const first = BigInt(image.hostClusterOf(0) * image.clusterSize)
    image.l2Entry(1, () => (1n << 63n) | first)
    return image
  },
  /** A guest cluster that would lie a gigabyte past the end of the file. */
  'past-end': () => {
    const image = new Qcow2Builder().data(0).data(1).build()
    image.l2Entry(1, () => (1n << 63n) | (1n << 30n))
    return image
  },
  /** Left open by a guest that died, with counts that were put off. */
  dirty: () => {
    const image = new Qcow2Builder({ lazyRefcounts: true, dirty: true }).data(0).data(1).build()
    image.setRefcount(image.hostClusterOf(1), 0n)
    return image
  },
  /** A raw disk of 1 MiB with a GUID partition table: two partitions, of which the last ends at 192 KiB. */
  partitioned: () => ({
    async writeTo(path) {
      const parts = [
        { first: 64, last: 127 },
        { first: 128, last: 383 },
      ]
      await writeFile(path, gptDisk({ sectors: 2048, parts, entries: 128 }))
      return path
    },
  }),
}

const [name = '', file] = process.argv.slice(2)
const build = images[name]
if (build === undefined || file === undefined) {
  throw new Error(`usage: make-image ${Object.keys(images).join('|')} FILE`)
}
await build().writeTo(file)
