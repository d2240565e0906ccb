import { host } from '../host.ts'
import { announce } from '../state/announce.ts'
import { showInspector, usePage } from '../state/page.ts'
import { openImageWindow } from '../features/image-window/open-image-window.ts'
import { openBatch } from '../features/batch/open-batch.ts'
import { openSheet } from '../state/sheets.ts'
import { texts } from '../texts/texts.ts'
import type { Command } from './command.ts'
import { inspectImages } from './inspect-images.ts'
import {
  needsAny,
  needsImage,
  needsOneImage,
  offline,
  whyNotQcow2,
  whyNotReadable,
} from './reasons.ts'

export const imageCommands: readonly Command[] = [
  {
    id: 'image.open',
    icon: 'inspector',
    group: 'image',
    disabledReason: needsImage,
    run: ({ images }) => inspectImages(images, 'overview'),
  },
  {
    id: 'image.openWindow',
    icon: 'open',
    group: 'image',
    shortcuts: ['Enter'],
    tableOnly: true,
    disabledReason: needsOneImage,
    run: ({ images: [image] }) => {
      if (image !== undefined) openImageWindow(image.id)
    },
  },
  {
    id: 'image.check',
    icon: 'check-circle',
    group: 'image',
    shortcuts: ['Mod+Shift+C'],
    webShortcut: 'Alt+Shift+C',
    disabledReason: (context) => needsAny(context, (image) => whyNotQcow2(image, 'check')),
    run: async ({ images }) => {
      const [only, ...others] = images
      if (only === undefined) return
      if (others.length > 0) {
        openBatch(
          'check',
          images.map(({ id }) => id),
        )
        return
      }
      await host().api['jobs.start']({ request: { kind: 'check' }, imageIds: [only.id] })
      // A check that is asked for beside other results leaves them in sight.
      if (usePage.getState().page.kind === 'library') showInspector('overview')
      announce(texts().commands.checking(only.name))
    },
  },
  {
    id: 'image.hash',
    icon: 'hash',
    group: 'image',
    shortcuts: ['Mod+H'],
    webShortcut: 'Alt+Shift+H',
    disabledReason: (context) => needsAny(context, whyNotReadable),
    run: ({ images }) => {
      const [image, ...others] = images
      if (image === undefined) return
      if (others.length === 0) openSheet({ kind: 'hash', imageId: image.id })
      else
        openBatch(
          'hash',
          images.map(({ id }) => id),
        )
    },
  },
  {
    id: 'image.map',
    icon: 'map',
    group: 'image',
    webShortcut: 'Alt+Shift+M',
    disabledReason: (context) =>
      needsAny(context, (image) =>
        image.format === 'raw' ? whyNotReadable(image) : whyNotQcow2(image, 'map'),
      ),
    run: async ({ images }) => {
      const [image, ...others] = images
      if (image === undefined) return
      if (others.length > 0) {
        openBatch(
          'map',
          images.map(({ id }) => id),
        )
        return
      }
      inspectImages(images, 'map')
      await host().api['jobs.start']({ request: { kind: 'map' }, imageIds: [image.id] })
    },
  },
  {
    id: 'image.showInFolder',
    icon: 'folder',
    group: 'image',
    disabledReason: (context) =>
      context.info?.capabilities.showInFolder === false
        ? texts().commands.filesOnServer
        : (needsOneImage(context) ??
          (context.images[0]?.missingSince === undefined ? undefined : texts().commands.missing)),
    run: async ({ images }) => {
      const [image] = images
      if (image !== undefined) await host().api['shell.showInFolder']({ imageId: image.id })
    },
  },
  {
    id: 'image.trustLinks',
    icon: 'link',
    group: 'image',
    disabledReason: (context) =>
      offline(context) ??
      needsOneImage(context) ??
      (context.images[0]?.backing === undefined && context.images[0]?.health !== 'untrusted-links'
        ? texts().commands.noLinks
        : undefined),
    run: ({ images }) => {
      const [image] = images
      if (image !== undefined) openSheet({ kind: 'trust-links', imageId: image.id })
    },
  },
]
