import path from 'node:path'
import type { ImageUse } from '../../core/index.ts'
import type { Settings } from '../../ipc/schemas/app.ts'
import type { Health, LibraryRow } from '../../ipc/schemas/library.ts'
import type { FileState, StoredHeader, StoredImage } from '../history/images.ts'
import type { StoredLinkPolicy } from '../jobs/engine-host.ts'

/** One image as the library holds it in memory: what is stored, and who uses it now. */
export interface LibraryImage extends StoredImage {
  readonly use: ImageUse
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

export function toRow(image: LibraryImage, setting: LinkSetting): LibraryRow {
  const { header, lastCheck, lastHash } = image
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
    backing: header.backing,
    childCount: 0,
    usedBy: [],
    isOrphan: false,
    readOnly: false,
    linksTrusted: image.linksTrusted,
    contentSha256: lastHash?.sha256,
    hashStale: lastHash !== undefined && isStale(lastHash.file, header),
    modifiedAt: header.modifiedAt,
    createdAt: header.createdAt,
    addedAt: image.addedAt,
  }
}
