import type { ExchangingEnvironment } from '../image/environment.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { AccessSink } from '../storage/file-access.ts'
import { TracedFile } from '../storage/traced-file.ts'
import { TracedWritableFile } from '../storage/traced-writable-file.ts'
import { watch, watchNow } from '../storage/watched-access.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Host } from './host.ts'

/** A host that tells of every access to files and to their names, and does what `host` does. */
export function tracingHost(
  host: Host & ExchangingEnvironment,
  sink: AccessSink,
): Host & ExchangingEnvironment {
  // The host looks at its own files only when it is asked who uses one.
  const own = new WeakMap<BlockFile, BlockFile>()
  const traced = (file: BlockFile): BlockFile => {
    const wrapped = new TracedFile(file, sink)
    own.set(wrapped, file)
    return wrapped
  }
  const tracedWritable = (file: WritableFile): WritableFile => {
    const wrapped = new TracedWritableFile(file, sink)
    own.set(wrapped, file)
    return wrapped
  }
  return {
    ...host,
    openFile: async (file) =>
      traced(await watch(sink, { action: 'open', file }, () => host.openFile(file))),
    openForHolding: async (file) =>
      traced(await watch(sink, { action: 'hold', file }, () => host.openForHolding(file))),
    openForWriting: async (file) =>
      tracedWritable(
        await watch(sink, { action: 'hold-writing', file }, () => host.openForWriting(file)),
      ),
    createFile: async (file) =>
      tracedWritable(await watch(sink, { action: 'create', file }, () => host.createFile(file))),
    createPrivateFile: async (file) =>
      tracedWritable(
        await watch(sink, { action: 'create', file }, () => host.createPrivateFile(file)),
      ),
    removeFile: (file) => watch(sink, { action: 'remove', file }, () => host.removeFile(file)),
    flushFolder: (file) =>
      watch(sink, { action: 'flush-folder', file }, () => host.flushFolder(file)),
    copyAttributes: (file, to) =>
      watch(sink, { action: 'copy-attributes', file, to }, () => host.copyAttributes(file, to)),
    copyRights: (file, to) =>
      watch(sink, { action: 'copy-attributes', file, to }, () => host.copyRights(file, to)),
    addName: (file, to) =>
      watch(sink, { action: 'add-name', file, to }, () => host.addName(file, to)),
    moveName: (file, to) =>
      watch(sink, { action: 'rename', file, to }, () => host.moveName(file, to)),
    renameFile: (file, to) =>
      watch(sink, { action: 'rename', file, to }, () => host.renameFile(file, to)),
    readUse: (file) =>
      watchNow(sink, { action: 'read-use', file: file.name }, () =>
        host.readUse(own.get(file) ?? file),
      ),
  }
}
