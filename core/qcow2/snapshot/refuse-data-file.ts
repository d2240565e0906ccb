import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'

/** A data file has no refcounts, so nothing could tell which of its clusters a snapshot still needs. */
export function refuseDataFile(file: BlockFile, { dataFileName }: HeaderArea): void {
  if (dataFileName === undefined) return
  throw new ImageError('snapshots-with-data-file', { path: file.name })
}
