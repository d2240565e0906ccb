import { titleOf, type Command, type CommandContext } from '../../commands/command.ts'
import type { IconName } from '../../ui/icon.tsx'

export interface PaletteEntry {
  readonly id: string
  readonly kind: 'command' | 'image' | 'folder'
  readonly title: string
  /** A second line of smaller words: a path, a reason. */
  readonly detail?: string | undefined
  readonly icon: IconName
  readonly shortcut?: string | undefined
  readonly disabledReason?: string | undefined
  /** The number of the image or folder. */
  readonly target?: number
}

const mostImages = 40
const mostFolders = 8

export interface PaletteSources {
  readonly commands: readonly Command[]
  readonly context: CommandContext
  readonly images: Iterable<{ readonly id: number; readonly name: string; readonly path: string }>
  readonly shortcutOf: (command: Command) => string | undefined
}

/**
 * What the words find: commands first, then folders, then images; without words, the commands alone.
 * Within each kind, what begins with the words comes before what holds them elsewhere.
 */
export function findEntries(words: string, sources: PaletteSources): readonly PaletteEntry[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const commands = rank(
    sources.commands.filter(({ hidden }) => hidden !== true),
    wanted,
    titleOf,
  ).map((command): PaletteEntry => {
    const reason = command.disabledReason?.(sources.context)
    return {
      id: command.id,
      kind: 'command',
      title: titleOf(command),
      icon: command.icon ?? 'command',
      shortcut: sources.shortcutOf(command),
      disabledReason: reason,
      detail: reason,
    }
  })
  // What can be done now comes before what cannot; both keep their order.
  const offered = [
    ...commands.filter(({ disabledReason }) => disabledReason === undefined),
    ...commands.filter(({ disabledReason }) => disabledReason !== undefined),
  ]
  if (wanted.length === 0) return offered
  const folders = rank(sources.context.folders, wanted, ({ path }) => path)
    .slice(0, mostFolders)
    .map(({ id, path }): PaletteEntry => ({
      id: `folder-${id}`,
      kind: 'folder',
      title: path,
      icon: 'folder',
      target: id,
    }))
  const images = rank([...sources.images], wanted, ({ name, path }) => `${name} ${path}`)
    .slice(0, mostImages)
    .map(({ id, name, path }): PaletteEntry => ({
      id: `image-${id}`,
      kind: 'image',
      title: name,
      detail: path,
      icon: 'disk',
      target: id,
    }))
  return [...offered, ...folders, ...images]
}

function rank<T>(items: readonly T[], wanted: readonly string[], text: (item: T) => string): T[] {
  const first = wanted[0] ?? ''
  const starting: T[] = []
  const holding: T[] = []
  for (const item of items) {
    const words = text(item).toLowerCase()
    if (!wanted.every((word) => words.includes(word))) continue
    ;(words.startsWith(first) ? starting : holding).push(item)
  }
  return [...starting, ...holding]
}
