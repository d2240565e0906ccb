/** Images that get another size, and what QEMU and we think of them then. */
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Preallocation } from '../../../../../core/index.ts'
import { openImage } from '../../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { createEngine } from '../../../../../core/node-engine.ts'
import { qemuCheck, qemuImg } from '../../../../helpers/qemu.ts'
import type { TempFolder } from '../../../../helpers/temp-folder.ts'

export const engine = createEngine()
export const mebibyte = 2 ** 20
export const gibibyte = 2 ** 30
export const links = 'allow'

interface NewSize {
  readonly size: number
  readonly preallocation?: Preallocation
}

export async function resized(path: string, wish: NewSize | number) {
  const options = typeof wish === 'number' ? { size: wish } : wish
  const plan = await engine.planResize(path, { ...options, links })
  expect(plan.refusals).toEqual([])
  return engine.resizeImage(path, plan, { consent: ['lose-data-past-end'], links })
}

export const clean = { exitCode: 0, complaints: '' }

/** What `qemu-img check` thinks of an image. */
export async function opinionOf(path: string): Promise<typeof clean> {
  const { exitCode = -1, stderr } = await qemuCheck(path)
  return { exitCode, complaints: stderr }
}

/** What a guest sees, by QEMU. */
export async function contentOf(
  path: string,
  folder: TempFolder,
  ...args: string[]
): Promise<Buffer> {
  const raw = folder.file('content.raw')
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', ...args, path, raw)
  return readFile(raw)
}

/** The same by the engine, where QEMU's word is asked for later. */
export async function contentByUs(path: string): Promise<Buffer> {
  await using opened = await openImage(nodeHost, path, { links })
  const bytes = Buffer.alloc(opened.image.virtualSize)
  await opened.image.read(bytes, 0)
  return bytes
}

/** The first bytes of a disk, with zeroes behind them up to its size. */
export function withSize(content: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  content.copy(bytes, 0, 0, Math.min(size, content.length))
  return bytes
}

/** Where two disks differ; a plain toEqual of megabytes takes a minute to say. */
export function difference(found: Buffer, expected: Buffer): string | undefined {
  if (found.equals(expected)) return undefined
  if (found.length !== expected.length) return `${found.length} bytes, not ${expected.length}`
  const at = found.findIndex((byte, index) => byte !== expected[index])
  return `byte ${at} is ${found[at]}, not ${expected[at]}`
}
