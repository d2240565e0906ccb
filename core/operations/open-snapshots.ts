import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment, WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { readyToChange } from '../qcow2/ready-to-change.ts'
import type { FreedClusters } from '../qcow2/snapshot/count-tree.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { mustBeStamped } from './image-stamp.ts'
import { requireQcow2 } from './require-qcow2.ts'
import type { ImageStamp } from './image-stamp.ts'
import type { FreedSpace } from './snapshot-plan.ts'

export interface SnapshotOptions extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
}

/** Opens an image to look at its snapshots, calls `work` and closes it. Errors name the file. */
export async function lookAtSnapshots<Result>(
  host: Environment,
  path: string,
  options: SnapshotOptions,
  work: (file: BlockFile, area: HeaderArea) => Promise<Result>,
): Promise<Result> {
  try {
    await using file = await host.openFile(path)
    throwIfAborted(options.signal)
    requireQcow2(file, options.format, 'snapshots-not-possible')
    return await work(file, readHeaderArea(file))
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

export interface ChangeOptions extends SnapshotOptions {
  /** The state that a plan was made for; nothing is changed in another one. */
  readonly stamp?: ImageStamp | undefined
}

/** As `lookAtSnapshots`, holding the image for writing; a dirty image gets its refcounts rebuilt. */
export async function changeSnapshots<Result>(
  host: WritingEnvironment,
  path: string,
  { stamp, ...options }: ChangeOptions,
  work: (file: WritableFile, area: HeaderArea) => Promise<Result>,
): Promise<Result> {
  try {
    await using file = await host.openForWriting(path)
    throwIfAborted(options.signal)
    requireQcow2(file, options.format, 'snapshots-not-possible')
    if (stamp !== undefined) mustBeStamped(file, stamp)
    return await work(file, await readyToChange(file, options))
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** Clusters as bytes. */
export const freedSpace = (
  { data, tables }: FreedClusters,
  { geometry }: HeaderArea,
): FreedSpace => ({
  dataBytes: data * geometry.clusterSize,
  tableBytes: tables * geometry.clusterSize,
})
