import type { GuestDisk } from '../guest/guest-bytes.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { RawImage } from '../image/raw-image.ts'
import { throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import { openForWriting } from '../qcow2/open-writer.ts'
import type { Preallocation } from '../qcow2/preallocation.ts'
import type { Qcow2Writer } from '../qcow2/qcow2-writer.ts'
import { resizeDisk } from '../qcow2/resize/resize-disk.ts'
import { provideSpace } from '../storage/provide-space.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { mustBeStamped, type ImageStamp } from './image-stamp.ts'

/** What tells that an image is still the one that was looked at. */
export interface StampedImage {
  readonly format: 'qcow2' | 'raw'
  readonly stamp: ImageStamp
  readonly dataFile: { readonly path: string; readonly stamp: ImageStamp } | undefined
}

export interface OpenToResizeOptions extends OperationContext {
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

export interface NewDiskSize {
  readonly size: number
  /** For the new part of a disk that grows. */
  readonly preallocation: Preallocation
}

export interface ImageExtent {
  /** Bytes the guest sees. */
  readonly virtualSize: number
  /** Bytes of the image file. */
  readonly fileLength: number
  /** Bytes the host stores for the image file and its data file; undefined where it does not tell. */
  readonly allocatedBytes: number | undefined
}

/** An image of either format, held by us alone, whose disk gets another size and some other bytes. */
export interface ResizableImage {
  readonly disk: GuestDisk
  /** As it is now, to be read through its backing chain. */
  image(): DiskImage
  /** Durable when it resolves; see `resizeDisk` for where a signal is heeded. */
  setSize(size: NewDiskSize, context: OperationContext): Promise<void>
  extent(): ImageExtent
  close(): Promise<void>
}

/**
 * Opens an image to give it another size; whoever opened it closes it. Throws `plan-outdated` when it is not
 * the one of the stamp, and what `openForWriting` throws.
 */
export async function openToResize(
  host: WritingEnvironment,
  path: string,
  stamped: StampedImage,
  { links, signal, pause }: OpenToResizeOptions,
): Promise<ResizableImage> {
  const { format } = stamped
  const options = { format, links, signal, pause }
  const opened = await openForWriting(stampedHost(host, path, stamped), path, options)
  return opened.kind === 'raw' ? rawToResize(opened.file) : qcow2ToResize(opened.image, host)
}

/**
 * A host that compares the image with the plan as soon as it is held: later nobody else can change it, and
 * nothing of ours has.
 */
function stampedHost(
  host: WritingEnvironment,
  path: string,
  { stamp, dataFile }: StampedImage,
): WritingEnvironment {
  const image = host.paths.resolve('', path)
  return {
    ...host,
    async openForWriting(name) {
      const file = await host.openForWriting(name)
      try {
        if (name === image) mustBeStamped(file, stamp)
        else if (name === dataFile?.path) mustBeStamped(file, dataFile.stamp)
        return file
      } catch (error) {
        await file.close()
        throw error
      }
    },
  }
}

function qcow2ToResize(image: Qcow2Writer, { codecs }: WritingEnvironment): ResizableImage {
  return {
    disk: {
      get length() {
        return image.virtualSize
      },
      read: (into, at) => image.read(into, at),
      write: (from, at) => image.write(from, at),
      flush: () => image.flush(),
    },
    image: () => image,
    async setSize(wish, context) {
      await image.exclusively(async ({ tables, backing, dataFile }) => {
        await resizeDisk({ tables, backing, dataFile, codecs }, wish, context)
      })
      await image.flush()
    },
    extent: () => extentOf(image.virtualSize, image.file, image.dataFile),
    close: () => image.close(),
  }
}

function rawToResize(file: WritableFile): ResizableImage {
  const image = () => new RawImage(file)
  return {
    disk: {
      get length() {
        return image().virtualSize
      },
      read: (into, at) => file.read(into, at, 'data'),
      write: (from, at) => file.write(from, at, 'data'),
      flush: () => file.flush(),
    },
    image,
    async setSize(wish, context) {
      const { virtualSize } = image()
      if (wish.size > virtualSize) await growRaw(file, wish, context)
      else if (wish.size < virtualSize) {
        throwIfAborted(context.signal)
        file.truncate(wish.size)
      }
      await file.flush()
    },
    extent: () => extentOf(image().virtualSize, file),
    close: () => file.close(),
  }
}

/** What lies past the old end of a file reads as zeroes; when that fails the file has its old length. */
async function growRaw(
  file: WritableFile,
  { size, preallocation }: NewDiskSize,
  context: OperationContext,
): Promise<void> {
  const oldLength = file.size()
  const length = size - oldLength
  try {
    file.truncate(size)
    if (preallocation === 'falloc' || preallocation === 'full') {
      await provideSpace(file, { offset: oldLength, length, how: preallocation }, context)
    }
  } catch (error) {
    file.truncate(oldLength)
    throw error
  }
}

function extentOf(virtualSize: number, file: WritableFile, dataFile?: WritableFile): ImageExtent {
  const own = file.allocatedBytes()
  const other = dataFile === undefined ? 0 : dataFile.allocatedBytes()
  return {
    virtualSize,
    fileLength: file.size(),
    allocatedBytes: own === undefined || other === undefined ? undefined : own + other,
  }
}
