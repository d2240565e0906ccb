import { ImageError } from '../../errors/image-error.ts'
import { word64, type Word64 } from '../../base/word64.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { FindingLog } from '../check/finding-log.ts'
import { incompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { settleStructure } from './settle-structure.ts'
import { explainStop } from './stopped.ts'

/**
 * Gives an image refcounts that are counted from its tables, and COPIED flags to match: what an image
 * needs whose dirty bit says that its refcounts were written lazily and its writer never closed it. The
 * bit is cleared in the same write of one sector that switches to the new refcounts, so that a power cut
 * leaves the dirty image or the clean one. Guest data, tables without wrong flags, and everything in the
 * header but these fields stay as they are.
 *
 * Throws `repair-first` when anything but refcounts and flags is wrong with the tables (counting what a
 * damaged table refers to could free what it should refer to), and what Restructure throws; nothing was
 * changed then. Gives the area that the file has now.
 */
export async function rebuildRefcounts(
  file: WritableFile,
  area: HeaderArea,
  context: OperationContext = {},
): Promise<HeaderArea> {
  try {
    const { area: rebuilt } = await settleStructure(file, area, {
      ...context,
      fields: { incompatibleFeatures: withoutBit(area, incompatible.dirty) },
      judge: ({ log, overflows }) => {
        mustBeSound(log, file.name)
        if (overflows) {
          const limit = 2 ** area.geometry.refcountBits - 1
          throw new ImageError('refcount-overflow', { path: file.name, found: 'more', limit })
        }
        return undefined
      },
    })
    return rebuilt
  } catch (error) {
    throw explainStop(error, file.name, 'repair-first')
  }
}

/** `bit` is below 32. */
const withoutBit = ({ header }: HeaderArea, bit: number): Word64 => {
  const { high, low } = header.incompatibleFeatures
  return word64(high, low & ~(1 << bit))
}

function mustBeSound(log: FindingLog, path: string): void {
  const isSound = !log.has('corruption', 'data') && !log.has('corruption', 'structure')
  if (isSound && log.total('check-error') === 0) return
  const worst = log.kept().findings.find(({ harm }) => harm === 'data' || harm === 'structure')
  const found = worst === undefined ? 'see its check' : worst.text
  throw new ImageError('repair-first', { path, structure: worst?.structure ?? 'table', found })
}
