import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { texts } from '../texts/texts.ts'
import type { CommandContext } from './command.ts'

/** Reasons why a command cannot be carried out, in the order in which they are the better answer. */

export function offline({ connected }: CommandContext): string | undefined {
  return connected ? undefined : texts().commands.offline
}

export function needsImage(context: CommandContext): string | undefined {
  return (
    offline(context) ?? (context.images.length === 0 ? texts().commands.selectFirst : undefined)
  )
}

export function needsOneImage(context: CommandContext): string | undefined {
  return needsImage(context) ?? (context.images.length > 1 ? texts().commands.selectOne : undefined)
}

/** Asks of each selected image; a command is offered when at least one of them qualifies. */
export function needsAny(
  context: CommandContext,
  reason: (image: LibraryRow) => string | undefined,
): string | undefined {
  const early = needsImage(context)
  if (early !== undefined) return early
  const [first] = context.images
  if (first === undefined || context.images.some((image) => reason(image) === undefined)) {
    return undefined
  }
  return reason(first)
}

/** Changing needs the file for ourselves; what reads only does not. */
export function whyNotChangeable(image: LibraryRow): string | undefined {
  const early = whyNotReadable(image)
  if (early !== undefined) return early
  if (image.use.state !== 'writing') return undefined
  const [holder] = image.use.holders
  const { inUse, inUseByProgram } = texts().commands
  return holder === undefined ? inUseByProgram : inUse(holder.vm ?? holder.name)
}

export function whyNotReadable(image: LibraryRow): string | undefined {
  if (image.missingSince !== undefined) return texts().commands.missing
  if (image.error !== undefined) return texts().commands.cannotRead
  return undefined
}

/** Check and map read qcow2 structures; a raw file has none, and foreign formats are only named. */
export function whyNotQcow2(image: LibraryRow, what: 'check' | 'map'): string | undefined {
  const early = whyNotReadable(image)
  if (early !== undefined) return early
  if (image.format === 'qcow2') return undefined
  return image.format === 'raw'
    ? texts().commands.rawHasNothing[what]
    : texts().commands.notOfFormat[what](image.formatLabel)
}
