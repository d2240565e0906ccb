import type { PauseGate } from '../base/pause-switch.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { paced } from '../storage/paced-access.ts'
import { PacedFile } from '../storage/paced-file.ts'
import { PacedWritableFile } from '../storage/paced-writable-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Host } from './host.ts'

/**
 * A host that begins no access to files and to their names while its work is paused, and does what `host` does.
 * What is in the files then is what a crash at that moment would leave, so a pause asks nothing of an operation
 * that a power cut does not ask (docs/CRASH-SAFETY.md). Files stay open, and held, meanwhile.
 */
export function pacedHost(
  host: Host & ExchangingEnvironment,
  pace: PauseGate,
): Host & ExchangingEnvironment {
  // The host looks at its own files only when it is asked who uses one.
  const own = new WeakMap<BlockFile, BlockFile>()
  const pacedFile = (file: BlockFile): BlockFile => {
    const wrapped = new PacedFile(file, pace)
    own.set(wrapped, file)
    return wrapped
  }
  const pacedWritable = (file: WritableFile): WritableFile => {
    const wrapped = new PacedWritableFile(file, pace)
    own.set(wrapped, file)
    return wrapped
  }
  return {
    ...host,
    openFile: async (file) => pacedFile(await paced(pace, () => host.openFile(file))),
    openForHolding: async (file) => pacedFile(await paced(pace, () => host.openForHolding(file))),
    openForWriting: async (file) =>
      pacedWritable(await paced(pace, () => host.openForWriting(file))),
    createFile: async (file) => pacedWritable(await paced(pace, () => host.createFile(file))),
    createPrivateFile: async (file) =>
      pacedWritable(await paced(pace, () => host.createPrivateFile(file))),
    removeFile: (file) => paced(pace, () => host.removeFile(file)),
    flushFolder: (file) => paced(pace, () => host.flushFolder(file)),
    copyAttributes: (file, to) => paced(pace, () => host.copyAttributes(file, to)),
    copyRights: (file, to) => paced(pace, () => host.copyRights(file, to)),
    addName: (file, to) => paced(pace, () => host.addName(file, to)),
    moveName: (file, to) => paced(pace, () => host.moveName(file, to)),
    renameFile: (file, to) => paced(pace, () => host.renameFile(file, to)),
    readUse: (file) => host.readUse(own.get(file) ?? file),
  }
}
