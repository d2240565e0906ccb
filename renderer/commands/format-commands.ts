import { treatAsRawTexts } from '../features/library/treat-as-raw-texts.ts'
import { host } from '../host.ts'
import { openSheet } from '../state/sheets.ts'
import { toast } from '../state/toasts.ts'
import { texts } from '../texts/texts.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { Command } from './command.ts'
import { needsOneImage, offline } from './reasons.ts'

/** Whether a person may say that a file is a raw disk: only where its first bytes say nothing. */
export const canBeTreatedAsRaw = ({ error, missingSince }: LibraryRow): boolean =>
  missingSince === undefined && error?.reason === 'unknown-format'

/** What a file is taken for, where it cannot tell itself. */
export const formatCommands: readonly Command[] = [
  {
    id: 'image.treatAsRaw',
    icon: 'file',
    group: 'image',
    disabledReason: (context) => {
      const early = offline(context) ?? needsOneImage(context)
      if (early !== undefined) return early
      return context.images.some(canBeTreatedAsRaw) ? undefined : texts().commands.formatIsKnown
    },
    run: ({ images: [image] }) => {
      if (image !== undefined) openSheet({ kind: 'treat-as-raw', imageId: image.id })
    },
  },
  {
    id: 'image.detectFormat',
    icon: 'refresh',
    group: 'image',
    disabledReason: (context) => {
      const early = offline(context) ?? needsOneImage(context)
      if (early !== undefined) return early
      return context.images[0]?.treatedAsRaw === true
        ? undefined
        : texts().commands.formatIsDetected
    },
    run: async ({ images: [image] }) => {
      if (image === undefined) return
      await host().api['library.setTreatedAsRaw']({ imageId: image.id, asRaw: false })
      toast({ title: treatAsRawTexts().detected(image.name) })
    },
  },
]
