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

/** File names in the folders that are looked after, by what happens to them. */
export const careImages = {
  leaking: 'leaking.qcow2',
  /** Refers past the end of its file. */
  cut: 'cut-off.qcow2',
  snapshots: 'versions.qcow2',
  renamed: 'postbox.qcow2',
  base: 'base.qcow2',
  overlay: 'overlay.qcow2',
  trashed: 'unwanted.qcow2',
} as const

/** Two folders: one with an image for each flow, and another to move something to. */
export async function writeCareFolder(folder: string): Promise<readonly string[]> {
  const folders = [path.join(folder, 'images'), path.join(folder, 'other')] as const
  for (const each of folders) await mkdir(each, { recursive: true })
  const file = (name: keyof typeof careImages) => path.join(folders[0], careImages[name])
  await writeFile(file('leaking'), new Qcow2Builder().data(1).leak(3).build().bytes)
  const cut = new Qcow2Builder().data(1).data(2).build()
  await writeFile(file('cut'), cut.bytes.subarray(0, cut.hostClusterOf(2) * cut.clusterSize))
  for (const name of ['snapshots', 'renamed', 'base', 'trashed'] as const) {
    await qemuImg('create', '-q', '-f', 'qcow2', file(name), '16M')
    await qemuIo(file(name), 'write -P 0x11 1M 1M')
  }
  await qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-b',
    careImages.base,
    '-F',
    'qcow2',
    file('overlay'),
  )
  return folders
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
