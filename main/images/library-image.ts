import path from 'node:path'
import type { ImageUse } from '../../core/index.ts'
import type { Settings } from '../../ipc/schemas/app.ts'
import type { Health, LibraryRow, VmReference } from '../../ipc/schemas/library.ts'
import type { FileState, StoredHeader, StoredImage } from '../history/images.ts'
import type { StoredLinkPolicy } from '../jobs/engine-host.ts'

/** One image as the library holds it in memory: what is stored, and what the file system tells now. */
export interface LibraryImage extends StoredImage {
  readonly use: ImageUse
  /** This user may not write to the file. */
  readonly readOnly: boolean
  /** Where its backing file really lies, if it does. */
  readonly parentPath: string | undefined
  /** The innermost library folder that holds it. */
  readonly folderId: number | undefined
}

export type LinkSetting = Settings['links']

type LinkSettingForImage = 'deny' | 'same-folder' | 'allow'

/** The setting, and what the person decided for this image. Trust counts where the setting asks for it. */
export function linkPolicyOf(
  { linksTrusted }: Pick<StoredImage, 'linksTrusted'>,
  setting: LinkSetting,
): LinkSettingForImage {
  if (setting !== 'ask') return setting
  return linksTrusted ? 'allow' : 'same-folder'
}

/** A shell that may look below its roots only follows no image out of them, trusted or not. */
export const withinRoots = (
  policy: LinkSettingForImage,
  roots: readonly string[] | undefined,
): StoredLinkPolicy => (policy === 'allow' && roots !== undefined ? { within: roots } : policy)

/** Whether a result was computed from another state of the file. */
export const isStale = (file: FileState, { modifiedAt, fileLength }: StoredHeader): boolean =>
  // Sources differ in whether they keep fractions of a millisecond.
  Math.floor(file.modifiedAt) !== Math.floor(modifiedAt) || file.length !== fileLength

/** The worst thing we know first; a check of the file as it is now beats what the header hints at. */
function healthOf(image: LibraryImage, setting: LinkSetting): Health {
  const { header, lastCheck, use } = image
  if (header.error !== undefined) return 'cannot-read'
  if (header.corrupt) return 'damaged'
  const checked = lastCheck?.health
  if (checked === 'damaged' || checked === 'needs-repair') return checked
  if (hasUntrustedLinks(image, setting)) return 'untrusted-links'
  const isChecked = lastCheck !== undefined && !isStale(lastCheck.file, header)
  // A running VM keeps the dirty bit set; it means something only when nobody has the image open.
  if (header.dirty && !isChecked && use.state !== 'writing') return 'dirty'
  return checked ?? 'not-checked'
}

function hasUntrustedLinks(image: LibraryImage, setting: LinkSetting): boolean {
  // A URL or a json: name is never opened: trust would change nothing there.
  return image.header.backing?.state === 'outside' && linkPolicyOf(image, setting) !== 'allow'
}

/** What a row says of other images and of virtual machines. */
export interface ImageRelations {
  /** The row that its backing file is. */
  readonly parent: LibraryImage | undefined
  readonly childCount: number
  /** Images that keep their content in its file. */
  readonly dataFileOf: readonly number[]
  readonly usedBy: readonly VmReference[]
  /** The folder and the places of virtual machines were looked at, and there are machines. */
  readonly isUseKnown: boolean
}

export function toRow(
  image: LibraryImage,
  setting: LinkSetting,
  relations: ImageRelations,
): LibraryRow {
  const { header, lastCheck, lastHash, reclaimable } = image
  const { parent, childCount, dataFileOf, usedBy } = relations
  return {
    id: image.id,
    name: path.basename(image.path),
    path: image.path,
    location: path.dirname(image.path),
    folderId: image.folderId,
    format: header.format,
    formatLabel: header.formatLabel,
    missingSince: image.missingSince,
    error: header.error,
    use: image.missingSince === undefined ? image.use : { state: 'unknown', holders: [] },
    health: healthOf(image, setting),
    healthStale: lastCheck !== undefined && isStale(lastCheck.file, header),
    lastCheckAt: lastCheck?.at,
    virtualSize: header.virtualSize,
    fileLength: header.fileLength,
    onDisk: header.allocatedBytes,
    clusterSize: header.clusterSize,
    refcountBits: header.refcountBits,
    compressionType: header.compressionType,
    encryption: header.encryption,
    extendedL2: header.extendedL2,
    lazyRefcounts: header.lazyRefcounts,
    snapshotCount: header.snapshotCount,
    bitmapCount: header.bitmapCount,
    fragmentation: lastCheck?.fragmentation,
    backing: backingNow(header.backing, parent),
    parentId: parent?.id,
    dataFile: header.dataFile,
    childCount,
    ...(dataFileOf.length === 0 ? {} : { dataFileOf: [...dataFileOf] }),
    usedBy,
    reclaimable:
      reclaimable === undefined
        ? undefined
        : {
            bytes: reclaimable.bytes,
            at: reclaimable.at,
            stale: isStale(reclaimable.file, header),
            isExact: reclaimable.isExact,
            ...(reclaimable.isLeast === true && { isLeast: true }),
          },
    isOrphan: isOrphan(image, relations),
    readOnly: image.readOnly,
    usedAt: image.usedAt,
    linksTrusted: image.linksTrusted,
    ...(image.treatedAsRaw && { treatedAsRaw: true }),
    contentSha256: lastHash?.sha256,
    hashStale: lastHash !== undefined && isStale(lastHash.file, header),
    modifiedAt: header.modifiedAt,
    createdAt: header.createdAt,
    addedAt: image.addedAt,
  }
}

/** The header was read once; whether the library's own image is there is known all the time. */
function backingNow(
  backing: LibraryRow['backing'],
  parent: LibraryImage | undefined,
): LibraryRow['backing'] {
  if (backing === undefined || parent === undefined) return backing
  if (backing.state !== 'present' && backing.state !== 'missing') return backing
  return { ...backing, state: parent.missingSince === undefined ? 'present' : 'missing' }
}

/** Media that are put into a machine and taken out again; that none names them is no sign of anything. */
const media: ReadonlySet<LibraryRow['format']> = new Set(['iso', 'gzip'] as const)

/**
 * Nothing that was looked at needs it. False also where nothing was looked at: then nobody can say so, and somebody
 * might delete what a machine of tomorrow starts from.
 */
function isOrphan(
  { header, use, missingSince }: LibraryImage,
  { childCount, dataFileOf, usedBy, isUseKnown }: ImageRelations,
): boolean {
  return (
    isUseKnown &&
    usedBy.length === 0 &&
    childCount === 0 &&
    dataFileOf.length === 0 &&
    missingSince === undefined &&
    header.error === undefined &&
    !media.has(header.format) &&
    use.state !== 'reading' &&
    use.state !== 'writing'
  )
}
