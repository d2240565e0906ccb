import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { formatCount } from '../../format/counts.ts'
import { showPage, usePage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { imagesOfFolder } from '../../state/library.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'

export function FolderItem({ folder }: { readonly folder: LibraryFolder }) {
  const current = usePage(
    ({ page }) =>
      page.kind === 'library' && page.scope.kind === 'folder' && page.scope.folderId === folder.id,
  )
  const name = folder.path.split(/[\\/]/).findLast(Boolean) ?? folder.path
  return (
    <li className="sidebar-folder">
      <Tooltip content={describe(folder)} side="right">
        <button
          type="button"
          className="sidebar-item"
          aria-current={current ? 'page' : undefined}
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
            {folder.error !== undefined && <span className="sidebar-note">Cannot be read</span>}
          </span>
          {folder.scanning ? (
            <span className="sidebar-scanning">
              Reading<span className="visually-hidden"> the folder</span>…
            </span>
          ) : (
            <span className="sidebar-count">{formatCount(folder.imageCount)}</span>
          )}
        </button>
      </Tooltip>
      <Menu
        align="end"
        trigger={
          <IconButton
            icon="more"
            size="small"
            className="sidebar-more"
            label={`Actions for ${folder.path}`}
          />
        }
        items={folderItems(folder)}
      />
    </li>
  )
}

function describe(folder: LibraryFolder): string {
  const lines = [
    folder.path,
    folder.recursive ? 'With subfolders' : 'Without subfolders',
    folder.watched ? 'Watched: changes show up by themselves' : 'Read when you ask',
  ]
  if (folder.error !== undefined) lines.push(folder.error.explanation.detail)
  return lines.join('\n')
}

function folderItems(folder: LibraryFolder): MenuItem[] {
  const images = imagesOfFolder(folder.id)
  return [
    {
      id: 'check',
      label: 'Check all images…',
      icon: 'check-circle',
      disabledReason: images.length === 0 ? 'There are no images in it' : undefined,
      onSelect: () =>
        openSheet({
          kind: 'check-plan',
          title: `Check of ${folder.path}`,
          imageIds: imagesOfFolder(folder.id),
        }),
    },
    {
      id: 'rescan',
      label: 'Read again',
      icon: 'refresh',
      disabledReason: folder.scanning ? 'It is being read' : undefined,
      onSelect: () => {
        host()
          .api['library.refresh']({})
          .then(() => toast({ title: 'Reading every folder again', tone: 'info' }))
          .catch(reportError)
      },
    },
    {
      id: 'copy',
      label: 'Copy path',
      icon: 'copy',
      onSelect: () => {
        host()
          .copyText(folder.path)
          .then(() => toast({ title: 'Path copied' }))
          .catch(reportError)
      },
    },
    {
      id: 'remove',
      label: 'Remove from library…',
      icon: 'remove',
      separatorBefore: true,
      onSelect: () => openSheet({ kind: 'remove-folder', folderId: folder.id }),
    },
  ]
}
