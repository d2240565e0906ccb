import { showPage } from '../state/page.ts'
import { openSheet } from '../state/sheets.ts'
import { texts } from '../texts/texts.ts'
import type { Command } from './command.ts'
import { needsOneImage, offline } from './reasons.ts'

/** What is about images and each other: their chains, and a file that is elsewhere now. */
export const relationCommands: readonly Command[] = [
  {
    id: 'view.chains',
    icon: 'branch',
    group: 'view',
    run: ({ images }) => {
      const [first] = images
      showPage(first === undefined ? { kind: 'chains' } : { kind: 'chains', imageId: first.id })
    },
  },
  {
    id: 'image.locate',
    icon: 'search',
    group: 'image',
    disabledReason: (context) =>
      offline(context) ??
      needsOneImage(context) ??
      (context.images[0]?.missingSince === undefined ? texts().commands.notMissing : undefined),
    run: ({ images }) => {
      const [image] = images
      if (image !== undefined) openSheet({ kind: 'locate', imageId: image.id })
    },
  },
]
