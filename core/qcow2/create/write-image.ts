import { breather, throwIfAborted } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { provideSpace, type SpaceOutcome } from '../../storage/provide-space.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { ImageLayout } from './image-layout.ts'
import type { Qcow2Settings } from './settings.ts'
import { tableBytes, tablePieces } from './table-bytes.ts'

export interface NewImage {
  readonly settings: Qcow2Settings
  readonly layout: ImageLayout
  /** The header area's bytes (newHeaderArea). */
  readonly header: Uint8Array
}

/**
 * Writes a new image into an empty file. The header comes last, behind a flush, so that what a power cut
 * leaves is either the whole image or a file that nobody takes for one. The same image is the same bytes:
 * nothing in it depends on the time or on what memory held.
 */
export async function writeNewImage(
  file: WritableFile,
  { settings, layout, header }: NewImage,
  context: OperationContext,
): Promise<SpaceOutcome | undefined> {
  file.truncate(layout.fileLength)
  const how = settings.preallocation
  const needsSpace = (how === 'falloc' || how === 'full') && layout.data.length > 0
  const outcome = needsSpace
    ? await provideSpace(file, { ...layout.data, how }, context)
    : undefined
  await writeTables(file, settings, layout, context)
  // A whole cluster, as the tables are: nothing of it is a hole that a later header could not be put in.
  const headerCluster = new Uint8Array(settings.clusterSize)
  headerCluster.set(header)
  const firstSector = headerCluster.subarray(0, 512)
  if (headerCluster.length > firstSector.length) {
    file.writeNow(headerCluster.subarray(firstSector.length), firstSector.length, 'header')
  }
  await file.flush()
  throwIfAborted(context.signal)
  file.writeNow(firstSector, 0, 'header')
  await file.flush()
  return outcome
}

async function writeTables(
  file: WritableFile,
  settings: Qcow2Settings,
  layout: ImageLayout,
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const total = tableBytes(layout)
  const breath = breather(signal, { pause })
  let done = 0
  for (const { at, bytes, tag } of tablePieces(settings, layout)) {
    throwIfAborted(signal)
    await file.write(bytes, at, tag)
    done += bytes.length
    onProgress?.({ phase: 'tables', done, total, unit: 'bytes' })
    await breath()
  }
}
