import process from 'node:process'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { Host } from '../operations/host.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { codecs } from './codecs.ts'
import { copyAttributes, copyRights } from './file-attributes.ts'
import { addName, countNames, moveName, namesIn, renameFile } from './file-names.ts'
import { readUse } from './image-use.ts'
import { NodeFile } from './node-file.ts'
import { NodeWritableFile } from './node-writable-file.ts'
import { flushFolder, removeFile } from './folder-entries.ts'
import { lockNew, openHeld } from './open-held.ts'
import { lockingFlags } from './whole-file-lock.ts'
import { paths } from './paths.ts'

/** The machine Node runs on, as the engine sees it. */
export const nodeHost: Host & ExchangingEnvironment = {
  // Synchronous inside: the engine runs on worker threads, and a folder scan opens thousands.
  openFile: async (path) => NodeFile.open(path),
  openForWriting: (path) => openHeld('writer', () => NodeWritableFile.open(path)),
  openForHolding: (path) => openHeld('reader', () => NodeFile.open(path, lockingFlags('reader'))),
  createFile: (path) => create(path),
  createPrivateFile: (path) => create(path, ownerOnly),
  removeFile,
  flushFolder,
  copyAttributes: async (from, to) => copyAttributes(from, to),
  copyRights: async (from, to) => copyRights(from, to),
  countNames,
  addName,
  moveName,
  renameFile,
  namesIn,
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

const ownerOnly = 0o600

async function create(path: string, mode?: number): Promise<WritableFile> {
  const file = NodeWritableFile.create(path, mode)
  try {
    await lockNew(file)
    return file
  } catch (error) {
    await removeFile(path)
    throw error
  }
}
