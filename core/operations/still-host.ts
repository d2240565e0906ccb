import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { Host } from './host.ts'

export interface StillHost extends Host {
  /**
   * Whether the open `file` is being written, or one that was opened beside it could not be held: an
   * answer may then mix two states.
   */
  isMoving(file: BlockFile): boolean
}

/**
 * A host for answers about a whole image that are kept and compared (a digest, a verdict): its files are
 * held as readers while they are open, as qemu-img does, so that they stay what they are until the answer
 * is there. A file that a VM has open for writing is read without holding it: the VM is not disturbed, and
 * the answer says that it was given of a moving image.
 */
export function stillHost(host: Host): StillHost {
  let couldNotHold = false
  return {
    ...host,
    async openFile(path) {
      try {
        return await host.openForHolding(path)
      } catch (error) {
        if (!(error instanceof ImageError) || error.reason !== 'file-in-use') throw error
        couldNotHold = true
        return await host.openFile(path)
      }
    },
    // Asked anew where nothing could be held because the platform has no such locks.
    isMoving: (file) => couldNotHold || host.readUse(file).state === 'writing',
  }
}
