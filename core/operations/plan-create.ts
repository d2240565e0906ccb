import { alignUp, pow2 } from '../base/bits.ts'
import { throwIfAborted } from '../base/abort.ts'
import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import type { BlockFile, FileIdentity } from '../storage/block-file.ts'
import { layOut, type ImageLayout } from '../qcow2/create/image-layout.ts'
import { newHeaderArea } from '../qcow2/create/new-header.ts'
import {
  settingsOf,
  virtualSizeOf,
  wholeSectors,
  type Qcow2Settings,
} from '../qcow2/create/settings.ts'
import { tableBytes } from '../qcow2/create/table-bytes.ts'
import type { NewImage } from '../qcow2/create/write-image.ts'
import type { CreateOptions, CreateQcow2Options, CreateRawOptions } from './create-options.ts'
import type { CreatePlan, CreateWarning, PlannedDataFile } from './create-plan.ts'
import { locateNew, openNewBacking, type FoundBackingFile } from './new-image-links.ts'
import { qemuCommandOf } from './qemu-create-command.ts'
import { refuseFolder } from './refuse-folder.ts'

/** A plan with what carrying it out needs. Keeps the backing file open until it is disposed of. */
export interface PreparedCreate extends AsyncDisposable {
  readonly plan: CreatePlan
  /** undefined for a raw image. */
  readonly image: NewImage | undefined
  /** The open files below the new image, none of which it may replace. */
  readonly sources: readonly BlockFile[]
}

export interface PrepareCreateOptions {
  /** What becomes of a file that has the name: somebody else sees to one that is replaced. */
  readonly existing: 'refused' | 'replaced'
  readonly signal?: AbortSignal | undefined
}

/**
 * What making this image would come to. Reads the header of the backing file; makes and changes nothing.
 * Throws `file-exists`, every refusal of the options (errors/reasons-create.ts), and what makes a backing
 * file unfit.
 */
export async function planCreate(
  environment: Environment,
  path: string,
  options: CreateOptions,
): Promise<CreatePlan> {
  await using prepared = await prepareCreate(environment, path, options, { existing: 'refused' })
  return prepared.plan
}

/** The plan, with the backing file held open by `environment.openFile`. */
export async function prepareCreate(
  environment: Environment,
  path: string,
  options: CreateOptions,
  { existing, signal }: PrepareCreateOptions,
): Promise<PreparedCreate> {
  try {
    throwIfAborted(signal)
    if (existing === 'refused') await mustBeFree(environment, path)
    return options.format === 'raw'
      ? prepareRaw(path, options)
      : await prepareQcow2(environment, path, options, signal)
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** Asked before anything else; that nothing comes in between is what making the file ensures. */
async function mustBeFree(environment: Environment, path: string): Promise<void> {
  try {
    await environment.paths.real(path)
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'file-missing') return
    throw error
  }
  await refuseFolder(environment, path)
  throw new ImageError('file-exists', { path })
}

function prepareRaw(path: string, options: CreateRawOptions): PreparedCreate {
  const { size, preallocation = 'off' } = options
  if (preallocation === 'metadata') {
    throw new ImageError('options-conflict', {
      feature: 'Preallocation of metadata',
      expected: 'a format that has tables, such as qcow2',
    })
  }
  const virtualSize = wholeSectors(size)
  const plan: CreatePlan = {
    path,
    format: 'raw',
    virtualSize,
    sizeFrom: 'option',
    fileLength: virtualSize,
    preallocation,
    initialBytes: preallocation === 'off' ? 0 : virtualSize,
    qcow2: undefined,
    backing: undefined,
    dataFile: undefined,
    warnings: [],
    qemuCommand: qemuCommandOf(path, options, virtualSize),
  }
  return { plan, image: undefined, sources: [], [Symbol.asyncDispose]: async () => {} }
}

async function prepareQcow2(
  environment: Environment,
  path: string,
  options: CreateQcow2Options,
  signal: AbortSignal | undefined,
): Promise<PreparedCreate> {
  const settings = settingsOf(options, {
    hasBackingFile: options.backing !== undefined,
    dataFile: options.dataFile === undefined ? 'none' : options.dataFile.raw ? 'raw' : 'plain',
  })
  const { backing: wanted, links } = options
  const backing =
    wanted === undefined
      ? undefined
      : await openNewBacking(environment, path, wanted, { links, ...(signal && { signal }) })
  try {
    const { plan, image } = await planQcow2(environment, path, options, { settings, backing })
    const sources = filesOf(backing?.opened.image)
    return { plan, image, sources, [Symbol.asyncDispose]: async () => backing?.opened.close() }
  } catch (error) {
    await backing?.opened.close()
    throw error
  }
}

/** Of an image and all that it reads through. */
function filesOf(image: DiskImage | undefined): BlockFile[] {
  const files: BlockFile[] = []
  for (let layer = image; layer !== undefined; layer = layer.backing) {
    files.push(layer.file)
    if (layer instanceof Qcow2Image && layer.dataFile !== undefined) files.push(layer.dataFile)
  }
  return files
}

interface Found {
  readonly settings: Qcow2Settings
  readonly backing: FoundBackingFile | undefined
}

async function planQcow2(
  environment: Environment,
  path: string,
  options: CreateQcow2Options,
  { settings, backing }: Found,
): Promise<{ readonly plan: CreatePlan; readonly image: NewImage }> {
  const data = await findDataFile(environment, path, options)
  if (data !== undefined) refuseShared(data, backing)
  const given = options.size
  const size = given ?? backing?.opened.image.virtualSize ?? data?.existingLength
  if (size === undefined) throw new ImageError('size-missing')
  const virtualSize = virtualSizeOf(size, settings)
  const layout = layOut(settings, virtualSize)
  const header = newHeaderArea(settings, layout, {
    backing: options.backing,
    dataFile: options.dataFile?.name,
  })
  const dataFile = data && plannedDataFile(data, options, { settings, virtualSize })
  const { preallocation, version, clusterSize } = settings
  const isContentPaid = preallocation === 'falloc' || preallocation === 'full'
  const contentBytes = dataFile === undefined ? layout.data.length : dataFile.length
  const plan: CreatePlan = {
    path,
    format: 'qcow2',
    virtualSize,
    sizeFrom: given !== undefined ? 'option' : backing === undefined ? 'data file' : 'backing file',
    fileLength: layout.fileLength,
    preallocation,
    initialBytes: clusterSize + tableBytes(layout) + (isContentPaid ? contentBytes : 0),
    qcow2: {
      version,
      clusterSize,
      refcountBits: pow2(settings.refcountOrder),
      lazyRefcounts: settings.lazyRefcounts,
      extendedL2: settings.extendedL2,
      compressionType: settings.compressionType,
      l1Bytes: layout.l1.length,
      l2Bytes: layout.l2.length,
      refcountBytes: refcountBytesOf(layout),
    },
    backing: options.backing &&
      backing && { ...options.backing, path: backing.path, virtualSize: sizeOf(backing) },
    dataFile,
    warnings: warningsOf(options, { settings, backing }, virtualSize, dataFile),
    qemuCommand: qemuCommandOf(path, options, virtualSize),
  }
  return { plan, image: { settings, layout, header } }
}

const sizeOf = ({ opened }: FoundBackingFile): number => opened.image.virtualSize

const refcountBytesOf = (layout: ImageLayout): number =>
  layout.refcountTable.length + layout.firstRefcountBlock.length + layout.otherRefcountBlocks.length

interface FoundDataFile {
  readonly path: string
  readonly existingLength: number | undefined
  readonly identity: FileIdentity | undefined
}

async function findDataFile(
  environment: Environment,
  from: string,
  { dataFile, preallocation = 'off' }: CreateQcow2Options,
): Promise<FoundDataFile | undefined> {
  if (dataFile === undefined) return undefined
  const { name, raw = false, useExisting = false } = dataFile
  const { path, exists } = await locateNew(environment, { role: 'data file', name, from })
  if (path === from) throw conflict('A data file', 'a name other than that of the image')
  if (!useExisting) {
    if (exists) throw new ImageError('data-file-exists', { path: from, link: printable(name) })
    return { path, existingLength: undefined, identity: undefined }
  }
  if (!raw) throw conflict('An existing file as data file', 'a raw data file: it becomes the disk')
  if (preallocation === 'falloc' || preallocation === 'full') {
    throw conflict(`Preallocation by ${preallocation}`, 'a data file that is made new')
  }
  await using file = await environment.openFile(path)
  return { path, existingLength: file.size(), identity: file.identity }
}

/** A disk that is its own backing file, even through another name, would change under itself. */
function refuseShared({ path, identity }: FoundDataFile, backing: FoundBackingFile | undefined) {
  if (backing === undefined) return
  const { file } = backing.opened.image
  const isSameFile =
    identity !== undefined &&
    identity.device === file.identity?.device &&
    identity.inode === file.identity.inode
  const isInChain = backing.opened.chain.some((link) => link.path === path)
  if (isSameFile || isInChain)
    throw conflict('A data file', 'a file that is not in the backing chain')
}

function plannedDataFile(
  { path, existingLength }: FoundDataFile,
  { dataFile }: CreateQcow2Options,
  { settings, virtualSize }: { readonly settings: Qcow2Settings; readonly virtualSize: number },
): PlannedDataFile {
  // As QEMU: whole clusters once they are all in the tables, else just the disk.
  const isMapped = settings.preallocation !== 'off'
  const needed = isMapped ? alignUp(virtualSize, settings.clusterSize) : virtualSize
  return {
    name: dataFile?.name ?? path,
    path,
    raw: settings.dataFile === 'raw',
    length: Math.max(needed, existingLength ?? 0),
    existingLength,
  }
}

function warningsOf(
  { backing: wanted }: CreateQcow2Options,
  { settings, backing }: Found,
  virtualSize: number,
  dataFile: PlannedDataFile | undefined,
): CreateWarning[] {
  const warnings = [...(backing?.warnings ?? [])]
  if (backing !== undefined && sizeOf(backing) > virtualSize) {
    warnings.push({
      kind: 'backing-cut',
      text: `The disk ends before its backing file: the last ${sizeOf(backing) - virtualSize} bytes of ${printable(wanted?.name ?? backing.path)} are out of reach.`,
    })
  }
  if (dataFile?.existingLength !== undefined && dataFile.existingLength > virtualSize) {
    warnings.push({
      kind: 'data-file-cut',
      text: `The disk ends before its data file: the last ${dataFile.existingLength - virtualSize} bytes of ${printable(dataFile.name)} are out of reach.`,
    })
  }
  if (dataFile !== undefined && dataFile.name !== dataFile.path) {
    warnings.push({
      kind: 'data-file-relative',
      text: `QEMU looks for ${printable(dataFile.name)} in the folder it is started in, not in that of the image. An absolute path is found from everywhere.`,
    })
  }
  if (settings.refcountOrder === 0) {
    warnings.push({
      kind: 'no-snapshots',
      text: 'With refcounts of 1 bit a cluster has one owner at most: internal snapshots are not possible.',
    })
  }
  return warnings
}

const conflict = (feature: string, expected: string) =>
  new ImageError('options-conflict', { feature, expected })
