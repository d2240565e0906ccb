import type { BlockFile } from '../storage/block-file.ts'
import { CountingFile } from '../storage/counting-file.ts'
import type { Host } from './host.ts'

export interface CountingHost extends Host {
  /** Bytes read from all files that were opened through this host. */
  bytesRead(): number
}

/** A host that counts what is read, for results that say what the work cost. */
export function countingHost(host: Host): CountingHost {
  const opened = new Map<BlockFile, { readonly counted: CountingFile; readonly file: BlockFile }>()
  const count = (file: BlockFile): CountingFile => {
    const counted = new CountingFile(file)
    opened.set(counted, { counted, file })
    return counted
  }
  return {
    ...host,
    openFile: async (path) => count(await host.openFile(path)),
    openForHolding: async (path) => count(await host.openForHolding(path)),
    readUse: (file) => host.readUse(opened.get(file)?.file ?? file),
    bytesRead: () =>
      Array.from(opened.values(), ({ counted }) => counted.total().bytes).reduce(
        (sum, bytes) => sum + bytes,
        0,
      ),
  }
}
