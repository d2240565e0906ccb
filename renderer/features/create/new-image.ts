import type { CreateAction } from '../../../ipc/schemas/action.ts'
import { parseWantedSize } from '../resize/parse-size.ts'
import { createTexts } from './create-texts.ts'

type Parameters = CreateAction['parameters']
export type Preallocation = NonNullable<Parameters['preallocation']>

/** What the new image is an overlay of. */
export interface Base {
  readonly path: string
  readonly format: 'qcow2' | 'raw' | undefined
  /** Bytes; undefined where the library does not know it. */
  readonly virtualSize: number | undefined
}

/** What the person has chosen so far; the options begin as the engine has them. */
export interface NewImage {
  readonly name: string
  readonly folder: string | undefined
  readonly size: string
  readonly format: Parameters['format']
  readonly base: Base | undefined
  readonly preallocation: Preallocation
  readonly clusterSize: number
  readonly compat: NonNullable<Parameters['compat']>
  readonly compressionType: NonNullable<Parameters['compressionType']>
  readonly refcountBits: number
  readonly extendedL2: boolean
  readonly lazyRefcounts: boolean
}

export const plainImage: NewImage = {
  name: 'disk',
  folder: undefined,
  size: '40 GiB',
  format: 'qcow2',
  base: undefined,
  preallocation: 'off',
  clusterSize: 65_536,
  compat: '1.1',
  compressionType: 'zlib',
  refcountBits: 16,
  extendedL2: false,
  lazyRefcounts: false,
}

/** Subclusters are 32nds of a cluster, and none is smaller than 512 bytes. */
export const leastExtendedCluster = 16_384

export interface NewImageOutlook {
  /** Name with its ending. */
  readonly fileName: string
  /** Absolute path of the new file; undefined while the folder is open. */
  readonly path: string | undefined
  readonly nameProblem: string | undefined
  readonly sizeProblem: string | undefined
  readonly request: CreateAction | undefined
  readonly notYet: string | undefined
}

export function newImageOutlook(image: NewImage, isWindows: boolean): NewImageOutlook {
  const words = createTexts()
  const format = image.base === undefined ? image.format : 'qcow2'
  const fileName = withEnding(image.name.trim(), format)
  const nameProblem = whyNoName(image.name.trim(), fileName, isWindows)
  const wanted = parseWantedSize(image.size)
  const sizeProblem = wanted.kind === 'problem' ? wanted.problem : undefined
  const needsSize = wanted.kind === 'empty' && image.base === undefined
  const path = image.folder === undefined ? undefined : joined(image.folder, fileName, isWindows)
  const notYet =
    nameProblem ??
    (path === undefined ? words.folderFirst : undefined) ??
    sizeProblem ??
    (needsSize ? words.sizeFirst : undefined)
  return {
    fileName,
    path,
    nameProblem: image.name.trim() === '' ? undefined : nameProblem,
    sizeProblem,
    notYet,
    request:
      notYet !== undefined || path === undefined
        ? undefined
        : {
            kind: 'create',
            parameters: {
              path,
              format,
              ...(wanted.kind === 'size' && { size: wanted.bytes }),
              ...(image.preallocation !== 'off' && { preallocation: image.preallocation }),
              ...(format === 'qcow2' && qcow2Options(image)),
              ...(image.base !== undefined && backingOf(image.base, path, isWindows)),
            },
          },
  }
}

/** Only what differs from what the engine does by itself, so that the command stays short. */
function qcow2Options(image: NewImage): Partial<Parameters> {
  const isThree = image.compat === '1.1'
  return {
    ...(image.clusterSize !== plainImage.clusterSize && { clusterSize: image.clusterSize }),
    ...(!isThree && { compat: image.compat }),
    ...(isThree && {
      ...(image.compressionType === 'zstd' && { compressionType: 'zstd' }),
      ...(image.refcountBits !== plainImage.refcountBits && { refcountBits: image.refcountBits }),
      ...(image.extendedL2 && { extendedL2: true }),
      ...(image.lazyRefcounts && { lazyRefcounts: true }),
    }),
  }
}

/**
 * A base in the same folder is named as that, so that both can move together; any other by its whole path.
 */
function backingOf(base: Base, path: string, isWindows: boolean): Partial<Parameters> {
  const inFolder = folderOf(base.path, isWindows) === folderOf(path, isWindows)
  return {
    backing: inFolder ? nameOf(base.path, isWindows) : base.path,
    ...(base.format !== undefined && { backingFormat: base.format }),
  }
}

const endings = { qcow2: '.qcow2', raw: '.img' } as const

/** A name that ends in something already keeps it. */
function withEnding(name: string, format: Parameters['format']): string {
  return name === '' || /\.[a-z][a-z0-9]{1,5}$/i.test(name) ? name : `${name}${endings[format]}`
}

const mostNameBytes = 255

function whyNoName(name: string, fileName: string, isWindows: boolean): string | undefined {
  const words = createTexts()
  if (name === '') return words.nameEmpty
  if (/[/\\\0]/.test(name)) return words.nameSlash
  if (name === '.' || name === '..') return words.nameReserved
  if (isWindows && /[<>:"|?*]/.test(name)) return words.nameCharacters
  return new TextEncoder().encode(fileName).length > mostNameBytes ? words.nameTooLong : undefined
}

const separator = (isWindows: boolean): string => (isWindows ? '\\' : '/')

const joined = (folder: string, name: string, isWindows: boolean): string =>
  folder.endsWith(separator(isWindows))
    ? `${folder}${name}`
    : `${folder}${separator(isWindows)}${name}`

const lastSeparator = (path: string, isWindows: boolean): number =>
  isWindows ? Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) : path.lastIndexOf('/')

/** Without the separator, but for the root itself. */
export const folderOf = (path: string, isWindows: boolean): string =>
  path.slice(0, Math.max(1, lastSeparator(path, isWindows)))

export const nameOf = (path: string, isWindows: boolean): string =>
  path.slice(lastSeparator(path, isWindows) + 1)
