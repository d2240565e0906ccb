import type { KeyboardEvent, MouseEvent } from 'react'
import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { popupNatively } from '../../commands/native-menu.ts'
import { host } from '../../host.ts'
import { formatCount } from '../../format/counts.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { explain } from '../../state/explain-error.ts'
import { showPage, usePage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { imagesOfFolder } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { workIcons } from '../batch/batch-work.ts'
import { ContextMenu, keepContextMenuClosed, Menu, type MenuItem } from '../../ui/menu.tsx'
import { isMenuKey, pressRight } from '../../ui/press-right.ts'
import { Tooltip } from '../../ui/tooltip.tsx'

export function FolderItem({ folder }: { readonly folder: LibraryFolder }) {
  const nativeMenus = useAppInfo((state) => state.info?.capabilities.nativeMenus === true)
  const canShow = useAppInfo((state) => state.info?.capabilities.showInFolder === true)
  const items = folderItems(folder, canShow)
  const onContextMenu = (event: MouseEvent): void => {
    if (!nativeMenus) return
    keepContextMenuClosed(event)
    popupNatively(items)
  }
  const current = usePage(
    ({ page }) =>
      page.kind === 'library' && page.scope.kind === 'folder' && page.scope.folderId === folder.id,
  )
  const words = texts().library.sidebar.folder
  const name = folder.path.split(/[\\/]/).findLast(Boolean) ?? folder.path
  return (
    <li className="sidebar-folder">
      <ContextMenu items={items}>
        <div onContextMenu={onContextMenu}>
          <Tooltip content={describe(folder)} side="right">
            <button
              type="button"
              className="sidebar-item"
              aria-current={current ? 'page' : undefined}
              onKeyDown={openMenuByKey}
              onClick={() =>
                showPage({ kind: 'library', scope: { kind: 'folder', folderId: folder.id } })
              }
            >
              {folder.error === undefined ? (
                <Icon name="folder" />
              ) : (
                <span className="sidebar-broken">
                  <Icon name="care" />
                </span>
              )}
              <span className="sidebar-label">
                <span className="sidebar-folder-name truncate">{name}</span>
                {folder.error !== undefined && <span className="sidebar-note">{words.broken}</span>}
              </span>
              {folder.scanning ? (
                <span className="sidebar-scanning">
                  {words.reading}
                  <span className="visually-hidden">{words.readingWhat}</span>…
                </span>
              ) : (
                <span className="sidebar-count">{formatCount(folder.imageCount)}</span>
              )}
            </button>
          </Tooltip>
        </div>
      </ContextMenu>
      <Menu
        align="end"
        trigger={
          <IconButton
            icon="more"
            size="small"
            className="sidebar-more"
            label={words.actions(folder.path)}
          />
        }
        items={items}
      />
    </li>
  )
}

/** The same menu in the same place as by the mouse. */
function openMenuByKey(event: KeyboardEvent<HTMLElement>): void {
  if (!isMenuKey(event)) return
  event.preventDefault()
  const { left, bottom } = event.currentTarget.getBoundingClientRect()
  pressRight(event.currentTarget, left + 16, bottom)
}

function describe(folder: LibraryFolder): string {
  const words = texts().library.sidebar.folder
  const lines = [
    folder.path,
    folder.recursive ? words.recursive : words.flat,
    folder.watched ? words.watched : words.static,
  ]
  if (folder.error !== undefined) lines.push(explain(folder.error).detail)
  return lines.join('\n')
}

function folderItems(folder: LibraryFolder, canShow: boolean): MenuItem[] {
  const words = texts().library.sidebar.folder
  const images = imagesOfFolder(folder.id)
  return [
    ...(['check', 'compact'] as const).map((work): MenuItem => ({
      id: work,
      label: words[work],
      icon: workIcons[work],
      disabledReason: images.length === 0 ? words.noImages : undefined,
      onSelect: () =>
        openSheet({
          kind: 'batch',
          work,
          subject: folder.path,
          imageIds: imagesOfFolder(folder.id),
        }),
    })),
    {
      id: 'weekly',
      label: texts().library.sidebar.folder.weeklyCheck,
      icon: 'clock',
      onSelect: () => openSheet({ kind: 'weekly-check', folderId: folder.id }),
    },
    {
      id: 'rescan',
      label: words.rescan,
      icon: 'refresh',
      disabledReason: folder.scanning ? words.isRead : undefined,
      onSelect: () => {
        host()
          .api['library.refresh']({})
          .then(() => toast({ title: texts().library.sidebar.folder.rescanning, tone: 'info' }))
          .catch(reportError)
      },
    },
    ...(canShow
      ? [
          {
            id: 'show',
            label: words.showInFolder,
            icon: 'open',
            onSelect: () => {
              host().api['shell.showInFolder']({ folderId: folder.id }).catch(reportError)
            },
          } as const,
        ]
      : []),
    {
      id: 'copy',
      label: words.copyPath,
      icon: 'copy',
      onSelect: () => {
        host()
          .copyText(folder.path)
          .then(() => toast({ title: texts().library.sidebar.folder.copied }))
          .catch(reportError)
      },
    },
    {
      id: 'remove',
      label: words.remove,
      icon: 'remove',
      separatorBefore: true,
      onSelect: () => openSheet({ kind: 'remove-folder', folderId: folder.id }),
    },
  ]
}
