import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { openBatch } from '../features/batch/open-batch.ts'
import { openSheet } from '../state/sheets.ts'
import { texts } from '../texts/texts.ts'
import type { Command } from './command.ts'
import { isMac } from './platform.ts'
import { needsAny, needsOneImage, offline, whyNotChangeable, whyNotReadable } from './reasons.ts'

/** What gives disks their size and gives space back. */
export const spaceCommands: readonly Command[] = [
  {
    id: 'library.newImage',
    icon: 'plus',
    group: 'library',
    shortcuts: ['Mod+N'],
    webShortcut: 'Alt+Shift+N',
    isKeptByBrowser: true,
    disabledReason: offline,
    run: () => openSheet({ kind: 'new-image' }),
  },
  {
    id: 'image.compact',
    icon: 'compact',
    group: 'image',
    // On a Mac the plain one minimises the window.
    shortcuts: [isMac() ? 'Mod+Shift+M' : 'Mod+M'],
    disabledReason: (context) => needsAny(context, (image) => whyNotSpace(image, 'compact')),
    run: ({ images }) => {
      const [image, ...others] = images
      if (image === undefined) return
      if (others.length === 0) openSheet({ kind: 'compact', imageId: image.id })
      else
        openBatch(
          'compact',
          images.map(({ id }) => id),
        )
    },
  },
  {
    id: 'image.resize',
    icon: 'resize',
    group: 'image',
    shortcuts: ['Mod+R'],
    webShortcut: 'Alt+Shift+R',
    isKeptByBrowser: true,
    disabledReason: (context) =>
      needsOneImage(context) ?? needsAny(context, (image) => whyNotSpace(image, 'resize')),
    run: ({ images: [image] }) => {
      if (image !== undefined) openSheet({ kind: 'resize', imageId: image.id })
    },
  },
]

function whyNotSpace(image: LibraryRow, what: 'compact' | 'resize'): string | undefined {
  // The dialog of a compaction can wait until whoever has the image open lets go of it.
  const early = what === 'compact' ? whyNotReadable(image) : whyNotChangeable(image)
  if (early !== undefined) return early
  const { commands } = texts()
  if (image.format !== 'qcow2' && image.format !== 'raw') {
    return commands.notOfFormat[what](image.formatLabel)
  }
  return image.virtualSize === undefined ? commands.sizeUnknown : undefined
}
