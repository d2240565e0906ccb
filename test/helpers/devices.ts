/** Devices of real files, and what their tests ask again and again. */
import type { BlockDevice } from '../../core/device/block-device.ts'
import type { DeviceConfig } from '../../core/device/device-config.ts'
import { openDevice } from '../../core/device/open-device.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { qemuCheck } from './qemu.ts'

export const open = (
  path: string,
  config: Partial<DeviceConfig> = {},
  format: 'qcow2' | 'raw' = 'qcow2',
): Promise<BlockDevice> => openDevice(nodeHost, path, { format, config })

export const filled = (length: number, value: number): Uint8Array =>
  new Uint8Array(length).fill(value)

export async function readDevice(
  device: BlockDevice,
  at: number,
  length: number,
): Promise<Uint8Array> {
  // Not zero, so that a read which fills nothing shows.
  const into = filled(length, 0xee)
  await device.read(into, at)
  return into
}

/** The one value of a range, or undefined when its bytes differ. */
export async function patternAt(
  device: BlockDevice,
  at: number,
  length: number,
): Promise<number | undefined> {
  const bytes = await readDevice(device, at, length)
  return bytes.every((byte) => byte === bytes[0]) ? bytes[0] : undefined
}

/** `none` when nothing was thrown; throws what is not an ImageError. */
export async function reasonOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof ImageError) return error.reason
    throw error
  }
  return 'none'
}

/** `clean`, or what QEMU finds: exit code, counts and what it printed. */
export async function qemuVerdict(path: string): Promise<string> {
  const { exitCode, result, stderr, stdout } = await qemuCheck(path)
  const { corruptions = 0, leaks = 0 } = result ?? {}
  if (exitCode === 0 && corruptions + leaks === 0) return 'clean'
  return `exit code ${exitCode}, ${corruptions} corruptions, ${leaks} leaks: ${stderr}${stdout}`
}
