import { host } from '../host.ts'
import { counted } from '../format/counts.ts'
import { announce } from '../state/announce.ts'
import { openSheet } from '../state/sheets.ts'
import { selectAll } from '../state/selection.ts'
import { showPage } from '../state/page.ts'
import { toast } from '../state/toasts.ts'
import { focusFilter } from '../features/library/filter-field.ts'
import { revealImages } from '../features/library/reveal-images.ts'
import type { Command } from './command.ts'
import { openBatch } from '../features/batch/open-batch.ts'
import { needsImage, offline } from './reasons.ts'

export const libraryCommands: readonly Command[] = [
  {
    id: 'library.openImage',
    title: 'Open image…',
    icon: 'file',
    group: 'Library',
    shortcuts: ['Mod+O'],
    disabledReason: offline,
    run: async ({ info }) => {
      if (info?.capabilities.openDialog !== true) {
        openSheet({ kind: 'browse', purpose: 'image' })
        return
      }
      const { imageIds } = await host().api['shell.openImages']({})
      if (imageIds.length > 0) revealImages(imageIds)
    },
  },
  {
    id: 'library.addFolder',
    title: 'Add folder…',
    icon: 'folder-add',
    group: 'Library',
    shortcuts: ['Mod+Shift+O'],
    webShortcut: 'Alt+Shift+O',
    disabledReason: offline,
    run: async ({ info }) => {
      if (info?.capabilities.openDialog !== true) {
        openSheet({ kind: 'browse', purpose: 'folder' })
        return
      }
      const { folderId } = await host().api['shell.openFolder']({})
      if (folderId === undefined) return
      showPage({ kind: 'library', scope: { kind: 'folder', folderId } })
      announce('The folder was added. Its images appear as they are read.')
    },
  },
  {
    id: 'library.filter',
    title: 'Filter the list',
    icon: 'search',
    group: 'Library',
    shortcuts: ['Mod+F', '/'],
    run: () => focusFilter(),
  },
  {
    id: 'library.selectAll',
    title: 'Select all images in the list',
    group: 'Library',
    shortcuts: ['Mod+A'],
    tableOnly: true,
    disabledReason: ({ visible }) => (visible.length === 0 ? 'The list is empty' : undefined),
    run: ({ visible }) => {
      selectAll(visible.map(({ id }) => id))
      announce(`${counted(visible.length, 'image')} selected`)
    },
  },
  {
    id: 'library.checkAll',
    title: 'Check all images in the list…',
    icon: 'check-circle',
    group: 'Library',
    disabledReason: (context) =>
      offline(context) ?? (context.visible.length === 0 ? 'The list is empty' : undefined),
    run: ({ visible }) =>
      openBatch(
        'check',
        visible.map(({ id }) => id),
      ),
  },
  {
    id: 'library.compactAll',
    title: 'Compact all images in the list…',
    icon: 'compact',
    group: 'Library',
    disabledReason: (context) =>
      offline(context) ?? (context.visible.length === 0 ? 'The list is empty' : undefined),
    run: ({ visible }) =>
      openBatch(
        'compact',
        visible.map(({ id }) => id),
      ),
  },
  {
    id: 'library.refresh',
    title: 'Refresh',
    icon: 'refresh',
    group: 'Library',
    shortcuts: ['F5'],
    disabledReason: offline,
    run: async ({ images }) => {
      const selected = images.map(({ id }) => id)
      await host().api['library.refresh'](selected.length > 0 ? { imageIds: selected } : {})
      toast({
        title:
          selected.length > 0
            ? `${counted(selected.length, 'image')} read again`
            : 'Reading every folder again',
        tone: 'info',
      })
    },
  },
  {
    id: 'library.remove',
    title: 'Remove from library…',
    icon: 'remove',
    group: 'Library',
    shortcuts: ['Shift+Delete'],
    tableOnly: true,
    disabledReason: needsImage,
    run: ({ images }) => openSheet({ kind: 'remove-images', imageIds: images.map(({ id }) => id) }),
  },
]
