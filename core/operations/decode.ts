import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { openImage } from '../image/open-image.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { SnapshotList } from '../qcow2/snapshot/snapshot-list.ts'
import { impatientSink } from '../storage/impatient-sink.ts'
import { contentSource } from './byte-source.ts'
import { copyInOrder } from './copy-in-order.ts'
import { copySparsely } from './copy-sparsely.ts'
import { countingHost } from './counting-host.ts'
import type { DecodeOptions, DecodeResult, DecodeTarget } from './decode-result.ts'
import type { Host } from './host.ts'
import { inWordsOfDecoding } from './decode-words.ts'
import { makeOutput } from './new-output.ts'
import { WatchedFiles } from './watched-files.ts'

/**
 * Writes what a guest sees, through the whole backing chain, to a raw file or into a sink: the present state,
 * or a snapshot's. The files are held as readers meanwhile, so that nobody changes them.
 *
 * A file is sparse: what reads as zeroes, blocks of 4 KiB inside data too, takes no space. It gets its name
 * when it is whole (`makeOutput`), so that a failure or a cancel leaves no file, and a file that was to be
 * replaced as it was. A sink gets every byte in order; what it throws passes through.
 *
 * Holds at most 8 MiB of content besides the caches of the chain. Throws what opening and reading an image
 * throws, `file-in-use`, `source-changed`, `snapshot-missing`, `snapshot-ambiguous`, `snapshots-not-possible` and the
 * `output-…` reasons.
 */
export async function decodeImage(
  host: Host & ExchangingEnvironment,
  path: string,
  target: DecodeTarget,
  { snapshot, ...options }: DecodeOptions = {},
): Promise<DecodeResult> {
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
  try {
    await using opened = await openImage(holding, path, options)
    const image = snapshot === undefined ? opened.image : snapshotOf(opened.image, snapshot)
    const source = contentSource(image)
    const { virtualSize } = image
    if (target.kind === 'sink') {
      await copyInOrder(source, impatientSink(target.sink, options.signal), options)
      files.mustBeUnchanged()
      const bytesRead = counting.bytesRead()
      return { path, virtualSize, bytesRead, bytesWritten: virtualSize, target: undefined }
    }
    const { overwrite } = target
    const { signal } = options
    const rules = { overwrite, sources: files.files, signal }
    const made = await makeOutput(host, target.path, rules, async (file) => {
      file.truncate(virtualSize)
      const written = await copySparsely(source, file, options)
      files.mustBeUnchanged()
      return written
    })
    const { result: bytesWritten, ...file } = made
    return { path, virtualSize, bytesRead: counting.bytesRead(), bytesWritten, target: file }
  } catch (error) {
    throw inWordsOfDecoding(error, path, target)
  }
}

/** By id, or by name where no snapshot has that id, as QEMU looks for it. */
function snapshotOf(image: DiskImage, idOrName: string): DiskImage {
  if (!(image instanceof Qcow2Image)) {
    const { format, file } = image
    throw new ImageError('snapshots-not-possible', { path: file.name, format })
  }
  const list = new SnapshotList(image.file, image.area)
  const isId = list.entries.some(({ id }) => id === idOrName)
  return image.atSnapshot(list.find(isId ? { id: idOrName } : { name: idOrName }))
}
