import process from 'node:process'
import type { WritingEnvironment } from '../image/environment.ts'
import type { Host } from '../operations/host.ts'
import { codecs } from './codecs.ts'
import { readUse } from './image-use.ts'
import { NodeFile } from './node-file.ts'
import { NodeWritableFile } from './node-writable-file.ts'
import { flushFolder, removeFile } from './folder-entries.ts'
import { lockNew, openHeld } from './open-held.ts'
import { lockingFlags } from './whole-file-lock.ts'
import { paths } from './paths.ts'

/** The machine Node runs on, as the engine sees it. */
export const nodeHost: Host & WritingEnvironment = {
  // Synchronous inside: the engine runs on worker threads, and a folder scan opens thousands.
  openFile: async (path) => NodeFile.open(path),
  openForWriting: (path) => openHeld('writer', () => NodeWritableFile.open(path)),
  openForHolding: (path) => openHeld('reader', () => NodeFile.open(path, lockingFlags('reader'))),
  createFile: async (path) => {
    const file = NodeWritableFile.create(path)
    try {
      await lockNew(file)
      return file
    } catch (error) {
      await removeFile(path)
      throw error
    }
  },
  removeFile,
  flushFolder,
  paths,
  codecs,
  createHasher(algorithm) {
    // Loaded when asked for: it takes longer than all of `platter info` needs besides.
    const hash = process.getBuiltinModule('node:crypto').createHash(algorithm)
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => hash.digest('hex'),
    }
  },
  readUse,
}
