import { crc32 } from '../base/crc32.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'

/** What a plan was made for. */
export interface ImageStamp {
  /** `device:inode`, decimal; undefined where there is no file behind. */
  readonly identity: string | undefined
  readonly fileLength: number
  readonly modifiedAt: number | undefined
  /** CRC-32 of the first sector: the header of a qcow2 image. */
  readonly firstSector: number
}

/** What tells that a file is still the one a plan was made for. */
export function stampOf(file: BlockFile): ImageStamp {
  const sector = new Uint8Array(512)
  file.readNow(sector, 0, 'header')
  const { identity } = file
  return {
    identity: identity === undefined ? undefined : `${identity.device}:${identity.inode}`,
    fileLength: file.size(),
    modifiedAt: file.times()?.modifiedAt,
    firstSector: crc32(sector),
  }
}

/** Throws `plan-outdated` with what differs. */
export function mustBeStamped(file: BlockFile, expected: ImageStamp): void {
  const found = stampOf(file)
  const fields = [
    ['identity', 'file'],
    ['fileLength', 'length of the file'],
    ['modifiedAt', 'time of its last change'],
    ['firstSector', 'checksum of its header'],
  ] as const
  for (const [key, field] of fields) {
    if (found[key] === expected[key]) continue
    throw new ImageError('plan-outdated', {
      path: file.name,
      field,
      expected: expected[key] ?? 'none',
      found: found[key] ?? 'none',
    })
  }
}
