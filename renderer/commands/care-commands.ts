import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { openBatch } from '../features/batch/open-batch.ts'
import { openNewestUndo } from '../features/undo/open-undo.ts'
import { openBatchUndo, whyNoBatchUndo } from '../features/undo/undo-batch.ts'
import { startRenaming } from '../state/renaming.ts'
import { openSheet } from '../state/sheets.ts'
import { texts } from '../texts/texts.ts'
import type { Command, CommandContext } from './command.ts'
import { inspectImages } from './inspect-images.ts'
import {
  needsAny,
  needsImage,
  needsOneImage,
  offline,
  whyNotChangeable,
  whyNotReadable,
} from './reasons.ts'

/** What looks after images: repair, snapshots, the chain, their files, and taking things back. */
export const careCommands: readonly Command[] = [
  {
    id: 'image.repair',
    icon: 'wrench',
    group: 'image',
    disabledReason: (context) => needsAny(context, whyNotRepaired),
    run: ({ images }) => {
      const [image, ...others] = images
      if (image === undefined) return
      if (others.length === 0) openSheet({ kind: 'repair', imageId: image.id })
      else
        openBatch(
          'repair',
          images.map(({ id }) => id),
        )
    },
  },
  {
    id: 'image.takeSnapshot',
    icon: 'snapshot',
    group: 'image',
    shortcuts: ['Mod+T'],
    webShortcut: 'Alt+Shift+T',
    isKeptByBrowser: true,
    disabledReason: (context) => ofOne(context, whyNotSnapshot),
    run: onOne(({ id }) => openSheet({ kind: 'take-snapshot', imageId: id })),
  },
  {
    id: 'image.manageSnapshots',
    group: 'image',
    disabledReason: needsOneImage,
    run: ({ images }) => inspectImages(images, 'snapshots'),
  },
  {
    id: 'image.showChain',
    icon: 'chain',
    group: 'image',
    disabledReason: needsOneImage,
    run: ({ images }) => inspectImages(images, 'chain'),
  },
  {
    id: 'image.createOverlay',
    icon: 'branch',
    group: 'image',
    disabledReason: (context) => ofOne(context, whyNotBase),
    run: onOne(({ id }) => openSheet({ kind: 'new-image', base: id })),
  },
  {
    id: 'image.relink',
    icon: 'link',
    group: 'image',
    disabledReason: (context) => ofOne(context, whyNotRelinked),
    run: onOne(({ id }) => openSheet({ kind: 'relink', imageId: id })),
  },
  {
    id: 'image.rename',
    icon: 'edit',
    group: 'image',
    shortcuts: ['F2'],
    tableOnly: true,
    disabledReason: (context) => ofOne(context, whyNotMoved),
    inPlace: ({ images: [image] }) => {
      if (image !== undefined) startRenaming(image.id)
    },
    run: onOne(({ id }) => openSheet({ kind: 'rename', imageId: id })),
  },
  {
    id: 'image.move',
    icon: 'move',
    group: 'image',
    disabledReason: (context) => needsAny(context, whyNotMoved),
    run: ({ images }) => openSheet({ kind: 'move', imageIds: images.map(({ id }) => id) }),
  },
  {
    id: 'image.trash',
    icon: 'trash',
    group: 'image',
    shortcuts: ['Delete'],
    tableOnly: true,
    disabledReason: (context) =>
      needsImage(context) ??
      (context.info?.capabilities.trash === false
        ? texts().commands.noTrash
        : needsAny(context, whyNotMoved)),
    run: ({ images }) => openSheet({ kind: 'trash', imageIds: images.map(({ id }) => id) }),
  },
  {
    id: 'image.undo',
    icon: 'undo',
    group: 'image',
    shortcuts: ['Mod+Z'],
    notInText: true,
    disabledReason: offline,
    run: async ({ images }) => {
      // Beside the results of a batch, what was done last is that batch.
      if (images.length === 0 && whyNoBatchUndo() === undefined) openBatchUndo()
      else await openNewestUndo(images)
    },
  },
  {
    id: 'image.undoBatch',
    icon: 'undo',
    group: 'image',
    disabledReason: (context) => offline(context) ?? whyNoBatchUndo(),
    run: openBatchUndo,
  },
]

function onOne(run: (image: LibraryRow) => void): Command['run'] {
  return ({ images: [image] }) => {
    if (image !== undefined) run(image)
  }
}

function ofOne(
  context: CommandContext,
  reason: (image: LibraryRow) => string | undefined,
): string | undefined {
  return needsOneImage(context) ?? needsAny(context, reason)
}

function whyNotRepaired(image: LibraryRow): string | undefined {
  const { commands } = texts()
  // Its dialog can wait until whoever has the image open lets go of it.
  const early = whyNotReadable(image)
  if (early !== undefined) return early
  if (image.format !== 'qcow2') return commands.notOfFormat.repair(image.formatLabel)
  return image.health === 'healthy' && !image.healthStale ? commands.nothingToRepair : undefined
}

function whyNotSnapshot(image: LibraryRow): string | undefined {
  const early = whyNotChangeable(image)
  if (early !== undefined) return early
  return image.format === 'qcow2'
    ? undefined
    : texts().commands.notOfFormat.snapshot(image.formatLabel)
}

function whyNotBase(image: LibraryRow): string | undefined {
  const early = whyNotReadable(image)
  if (early !== undefined) return early
  return image.format === 'qcow2' || image.format === 'raw'
    ? undefined
    : texts().commands.notOfFormat.overlay(image.formatLabel)
}

/** A broken link is no reason against mending it. */
function whyNotRelinked(image: LibraryRow): string | undefined {
  const early = whyNotChangeable(image)
  if (early !== undefined) return early
  return image.backing === undefined ? texts().commands.noBacking : undefined
}

/** A file that cannot be read can still be moved out of the way. */
function whyNotMoved(image: LibraryRow): string | undefined {
  const { commands } = texts()
  if (image.missingSince !== undefined) return commands.missing
  if (image.use.state !== 'writing') return undefined
  const [holder] = image.use.holders
  return holder === undefined ? commands.inUseByProgram : commands.inUse(holder.vm ?? holder.name)
}
