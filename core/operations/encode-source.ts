import type { ReadOptions } from '../engine.ts'
import { openImage } from '../image/open-image.ts'
import { contentSource, type ByteSource } from './byte-source.ts'
import { countingHost } from './counting-host.ts'
import type { Host } from './host.ts'
import { WatchedFiles } from './watched-files.ts'

/** A disk that stays what it is while it is open. */
export interface OpenedSource extends AsyncDisposable {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly content: ByteSource
  /** All files of the chain, held as by readers. */
  readonly files: WatchedFiles
  /** From all of them. */
  bytesRead(): number
}

/** What nothing is known of is raw: that is what people encode. Throws as `openImage`, and `file-in-use`. */
export async function openEncodeSource(
  host: Host,
  path: string,
  options: ReadOptions,
): Promise<OpenedSource> {
  const counting = countingHost(host)
  const files = new WatchedFiles()
  const holding: Host = {
    ...counting,
    async openFile(name) {
      const file = await counting.openForHolding(name)
      files.add(file)
      return file
    },
  }
  const opened = await openImage(holding, path, { ...options, otherwise: 'raw' })
  return {
    path: opened.image.file.name,
    format: opened.image.format,
    content: contentSource(opened.image),
    files,
    bytesRead: () => counting.bytesRead(),
    [Symbol.asyncDispose]: () => opened.close(),
  }
}
