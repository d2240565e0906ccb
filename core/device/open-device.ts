import type { Clock } from '../base/clock.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openImage } from '../image/open-image.ts'
import type { CreateOptions } from '../operations/create-options.ts'
import { createImage } from '../operations/create.ts'
import type { OperationContext } from '../progress.ts'
import { openForWriting } from '../qcow2/open-writer.ts'
import { Recycler } from '../qcow2/recycle/recycler.ts'
import type { BlockDevice } from './block-device.ts'
import { Device } from './device.ts'
import { deviceConfig, type DeviceConfig } from './device-config.ts'
import type { Disk } from './disk.ts'
import { Qcow2Disk } from './qcow2-disk.ts'
import { RawDisk } from './raw-disk.ts'
import { ReadOnlyDisk } from './read-only-disk.ts'

export interface OpenDeviceOptions extends Pick<OperationContext, 'signal' | 'pause'> {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
  readonly config?: Partial<DeviceConfig> | undefined
  /** When the recycler does what. Default: the time of the system. */
  readonly clock?: Clock | undefined
}

/**
 * Opens an image as a block device, and holds all its files until the device is closed: as a writer, or
 * as a reader where the configuration says `readOnly`. An image whose refcounts its last writer never
 * saved gets them counted anew before the device is there, unless it is opened for reading.
 *
 * Throws what openForWriting and openImage throw, `image-damaged` for what `checkOnOpen` finds, and
 * `invalid-argument` for a configuration that is none.
 */
export async function openDevice(
  host: WritingEnvironment,
  path: string,
  { config: chosen, clock, ...options }: OpenDeviceOptions = {},
): Promise<BlockDevice> {
  const config = deviceConfig(chosen)
  const disk = config.readOnly
    ? await diskToRead(host, path, options)
    : await diskToChange(host, path, { ...options, config, clock })
  try {
    if (config.checkOnOpen) await mustBeSound(disk)
    // Not before: it takes free clusters for free because the refcounts say so.
    await disk.recycler?.start()
    return new Device(disk, config)
  } catch (error) {
    await disk.close()
    throw error
  }
}

export type CreateDeviceOptions = Pick<OpenDeviceOptions, 'config' | 'links'> & OperationContext

/** Makes a new image, then opens it. Throws what both throw; what was made stays when opening fails. */
export async function createDevice(
  host: WritingEnvironment,
  path: string,
  options: CreateOptions,
  { config, links, ...context }: CreateDeviceOptions = {},
): Promise<BlockDevice> {
  const wanted = deviceConfig(config)
  await createImage(host, path, options, context)
  const { format } = options
  const { signal, pause } = context
  return await openDevice(host, path, { format, links, config: wanted, signal, pause })
}

type Choice = Omit<OpenDeviceOptions, 'config' | 'clock'>

interface ChoiceToChange extends Choice {
  readonly config: DeviceConfig
  readonly clock: Clock | undefined
}

async function diskToRead(host: WritingEnvironment, path: string, options: Choice): Promise<Disk> {
  const holding = { ...host, openFile: host.openForHolding.bind(host) }
  const { image } = await openImage(holding, path, options)
  return new ReadOnlyDisk(image)
}

async function diskToChange(
  host: WritingEnvironment,
  path: string,
  { config, clock, ...options }: ChoiceToChange,
): Promise<Disk> {
  const { discard, keepErased, compactAfterUnmaps, runtimeAsserts: asserts } = config
  const opened = await openForWriting(host, path, { ...options, discard })
  if (opened.kind === 'raw') return new RawDisk(opened.file, { discard })
  const { image } = opened
  // What LUKS encrypts depends on where it lies, so nothing of it may move.
  if (image.encrypted) return new Qcow2Disk(image, host.codecs)
  const recycler = new Recycler(image, { keepErased, compactAfterUnmaps, clock, asserts })
  return new Qcow2Disk(image, host.codecs, recycler)
}

/**
 * Who only reads needs no refcounts: an image whose last writer never saved them is as good as another.
 * Who writes needs them right, or takes clusters that are in use. Leaks cost space only.
 */
async function mustBeSound(disk: Disk): Promise<void> {
  const check = await disk.check()
  if (check === undefined) return
  const { verdict, health, findings } = check
  const isSound =
    disk.changes === undefined ? health !== 'damaged' : verdict === 'clean' || verdict === 'leaks'
  if (isSound) return
  const worst = findings.find(({ kind }) => kind !== 'leak')
  throw new ImageError('image-damaged', {
    path: disk.name,
    found: disk.changes === undefined ? health : verdict,
    ...(worst === undefined ? {} : { structure: worst.structure }),
    ...(worst?.offset === undefined ? {} : { offset: worst.offset }),
  })
}
