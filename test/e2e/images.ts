import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'

/** File names in the folder, by what is true about them. */
export const images = {
  healthy: 'healthy.qcow2',
  leaking: 'leaking.qcow2',
  damaged: 'damaged.qcow2',
  raw: 'plain.img',
  foreign: 'other.vmdk',
  unreadable: 'broken.qcow2',
} as const

/** A folder with one image of each kind: by qemu-img where it can make them, by hand where it refuses. */
export async function writeImageFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = (name: keyof typeof images) => path.join(folder, images[name])
  await qemuImg('create', '-q', '-f', 'qcow2', file('healthy'), '64M')
  await qemuIo(file('healthy'), 'write -P 0x5a 1M 3M')
  await qemuImg('create', '-q', '-f', 'raw', file('raw'), '8M')
  await qemuImg('create', '-q', '-f', 'vmdk', file('foreign'), '16M')
  await writeFile(file('leaking'), new Qcow2Builder().data(1).leak(3).build().bytes)
  const damaged = new Qcow2Builder().data(1).data(2).build()
  damaged.setRefcount(damaged.hostClusterOf(1), 0n)
  await writeFile(file('damaged'), damaged.bytes)
  await writeFile(file('unreadable'), new Qcow2Builder().data(1).build().bytes.subarray(0, 60))
  return folder
}

/** Many small images, quickly: the same bytes under numbered names. */
export async function writeManyImages(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  const { bytes } = new Qcow2Builder({ clusterBits: 9 }).data(1).build()
  for (let start = 0; start < count; start += 500) {
    const numbers = Array.from(
      { length: Math.min(500, count - start) },
      (_, index) => start + index,
    )
    await Promise.all(
      numbers.map((number) => writeFile(path.join(folder, manyName(number)), bytes)),
    )
  }
  return folder
}

export const manyName = (number: number): string => `vm-${String(number).padStart(5, '0')}.qcow2`
