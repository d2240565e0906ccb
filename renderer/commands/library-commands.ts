import { host } from '../host.ts'
import { counted } from '../format/counts.ts'
import { announce } from '../state/announce.ts'
import { openSheet } from '../state/sheets.ts'
import { selectAll } from '../state/selection.ts'
import { showPage, usePage } from '../state/page.ts'
import { toast } from '../state/toasts.ts'
import { focusFilter } from '../features/library/filter-field.ts'
import { revealOpened } from '../features/library/reveal-images.ts'
import type { Command } from './command.ts'
import { openBatch } from '../features/batch/open-batch.ts'
import { texts } from '../texts/texts.ts'
import { needsImage, offline } from './reasons.ts'

export const libraryCommands: readonly Command[] = [
  {
    id: 'library.openImage',
    icon: 'file',
    group: 'library',
    shortcuts: ['Mod+O'],
    disabledReason: offline,
    run: async ({ info }) => {
      if (info?.capabilities.openDialog !== true) {
        openSheet({ kind: 'browse', purpose: 'image' })
        return
      }
      const { imageIds } = await host().api['shell.openImages']({})
      if (imageIds.length > 0) revealOpened(imageIds)
    },
  },
  {
    id: 'library.addFolder',
    icon: 'folder-add',
    group: 'library',
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
      announce(texts().commands.folderAdded)
    },
  },
  {
    id: 'library.filter',
    icon: 'search',
    group: 'library',
    shortcuts: ['Mod+F', '/'],
    run: () => focusFilter(),
  },
  {
    id: 'library.selectAll',
    group: 'library',
    shortcuts: ['Mod+A'],
    tableOnly: true,
    disabledReason: ({ visible }) =>
      usePage.getState().page.kind !== 'library'
        ? texts().commands.onlyInList
        : visible.length === 0
          ? texts().commands.listEmpty
          : undefined,
    run: ({ visible }) => {
      selectAll(visible.map(({ id }) => id))
      announce(texts().commands.selected(counted(visible.length, 'image')))
    },
  },
  {
    id: 'library.checkAll',
    icon: 'check-circle',
    group: 'library',
    disabledReason: (context) =>
      offline(context) ?? (context.visible.length === 0 ? texts().commands.listEmpty : undefined),
    run: ({ visible }) =>
      openBatch(
        'check',
        visible.map(({ id }) => id),
      ),
  },
  {
    id: 'library.compactAll',
    icon: 'compact',
    group: 'library',
    disabledReason: (context) =>
      offline(context) ?? (context.visible.length === 0 ? texts().commands.listEmpty : undefined),
    run: ({ visible }) =>
      openBatch(
        'compact',
        visible.map(({ id }) => id),
      ),
  },
  {
    id: 'library.refresh',
    icon: 'refresh',
    group: 'library',
    shortcuts: ['F5'],
    disabledReason: offline,
    run: async ({ images }) => {
      const selected = images.map(({ id }) => id)
      await host().api['library.refresh'](selected.length > 0 ? { imageIds: selected } : {})
      toast({
        title:
          selected.length > 0
            ? texts().commands.readAgain(counted(selected.length, 'image'))
            : texts().commands.readingAgain,
        tone: 'info',
      })
    },
  },
  {
    id: 'library.remove',
    icon: 'remove',
    group: 'library',
    shortcuts: ['Shift+Delete'],
    tableOnly: true,
    disabledReason: needsImage,
    run: ({ images }) => openSheet({ kind: 'remove-images', imageIds: images.map(({ id }) => id) }),
  },
]
