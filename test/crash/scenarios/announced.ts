import { sameBytes } from '../../../core/base/same-bytes.ts'
import { readBitmaps } from '../../../core/qcow2/bitmap-list.ts'
import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import { BytesFile } from '../../storage/bytes-file.ts'
import type { Mark } from '../scene.ts'
import { contentOf, imagePath, type SmallImage } from './small-images.ts'

/**
 * Once guest data is another than at first, nobody may trust a bitmap that did not record it, nor what an
 * autoclear bit that we do not know vouches for.
 */
export function announced({ files }: SmallImage): Mark['also'] {
  const original = contentOf(files)
  return async (disk) => {
    const now = await contentOf(Object.fromEntries(disk))
    if (sameBytes(now, await original)) return undefined
    const file = new BytesFile(disk.get(imagePath) ?? new Uint8Array())
    const area = readHeaderArea(file)
    if (area.header.autoclearFeatures.low > 1) return 'an unknown autoclear bit is still set'
    const trusted = readBitmaps(file, area).find(({ flags }) => flags % 2 === 0)
    return trusted && `the bitmap ${trusted.name} is trusted and did not record the change`
  }
}
