import { encodeName } from '../../base/text.ts'
import { ImageError } from '../../errors/image-error.ts'
import { limits } from '../format/constants.ts'
import { extensionTypes, type HeaderExtension } from '../format/extensions.ts'
import { knownAutoclear } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { NewHeaderArea } from './relay-header.ts'

/**
 * The header area of an image with another backing file: its name, and its format in the extension for it
 * (specification, "Backing file format name"), which goes when the format is not said. Every other extension
 * stays where it is in the row. Throws `names-too-long`.
 */
export function areaWithBacking(
  { header, extensions }: HeaderArea,
  { name, format }: { readonly name: string; readonly format?: string | undefined },
): NewHeaderArea {
  const backingName = encodeName(name)
  if (backingName.length > limits.backingName) {
    const facts = { found: backingName.length, limit: limits.backingName }
    throw new ImageError('names-too-long', { structure: 'The name of the backing file', ...facts })
  }
  const type = extensionTypes.backingFormat
  const own: readonly HeaderExtension[] =
    format === undefined ? [] : [{ type, data: encodeName(format) }]
  const at = extensions.findIndex((extension) => extension.type === type)
  const rest = extensions.filter((extension) => extension.type !== type)
  const first = Math.max(at, 0)
  return {
    header: { ...header, autoclearFeatures: knownAutoclear(header.autoclearFeatures) },
    extensions: [...rest.slice(0, first), ...own, ...rest.slice(first)],
    optional: [],
    backingName,
  }
}
