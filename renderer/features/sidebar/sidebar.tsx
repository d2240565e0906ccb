import { useMemo } from 'react'
import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { runCommand } from '../../commands/registry.ts'
import { formatCount } from '../../format/counts.ts'
import { useNow } from '../../state/clock.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage, usePage, type Page, type Scope } from '../../state/page.ts'
import { IconButton } from '../../ui/button.tsx'
import { clsx } from '../../ui/clsx.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { countScopes } from '../library/scope-rows.ts'
import { FolderItem } from './folder-item.tsx'
import './sidebar.css'

export interface SidebarProps {
  /** Laid over the page, for a narrow window. */
  readonly over: boolean
}

export function Sidebar({ over }: SidebarProps) {
  const rows = useLibrary((state) => state.rows)
  const folders = useLibrary((state) => state.folders)
  const now = useNow(60_000)
  const counts = useMemo(() => countScopes(rows.values(), now), [rows, now])
  return (
    <>
      {over && (
        <div
          className="sidebar-shade"
          aria-hidden="true"
          onClick={() => usePage.setState({ sidebarOver: false })}
        />
      )}
      <nav
        className={clsx('sidebar', over && 'sidebar-over')}
        aria-label="Views and folders"
        data-pane="sidebar"
      >
        <div className="sidebar-brand">
          <Icon name="disk" size={18} />
          <span>Platter</span>
        </div>
        <h2 className="sidebar-heading">Library</h2>
        <ul>
          <ScopeItem scope={{ kind: 'all' }} icon="disks" label="All images" count={counts.all} />
          <ScopeItem
            scope={{ kind: 'needs-care' }}
            icon="care"
            label="Needs care"
            count={counts.needsCare}
            urgent
          />
          <ScopeItem scope={{ kind: 'in-use' }} icon="use" label="In use" count={counts.inUse} />
          <ScopeItem
            scope={{ kind: 'missing' }}
            icon="missing"
            label="Missing"
            count={counts.missing}
          />
          <ScopeItem scope={{ kind: 'recent' }} icon="clock" label="Recent" count={counts.recent} />
        </ul>
        <div className="sidebar-heading-row">
          <h2 className="sidebar-heading">Folders</h2>
          <IconButton
            icon="plus"
            size="small"
            label="Add folder"
            onClick={() => runCommand('library.addFolder')}
          />
        </div>
        <FolderList folders={folders} />
        <ul className="sidebar-end">
          <PageItem page={{ kind: 'history' }} icon="history" label="History" />
        </ul>
      </nav>
    </>
  )
}

function FolderList({ folders }: { readonly folders: readonly LibraryFolder[] }) {
  if (folders.length === 0) {
    return <p className="sidebar-empty">Folders you add are listed here.</p>
  }
  return (
    <ul className="sidebar-folders">
      {folders.map((folder) => (
        <FolderItem key={folder.id} folder={folder} />
      ))}
    </ul>
  )
}

interface ScopeItemProps {
  readonly scope: Scope
  readonly icon: IconName
  readonly label: string
  readonly count: number
  /** A count above zero asks for attention. */
  readonly urgent?: boolean
}

function ScopeItem({ scope, icon, label, count, urgent = false }: ScopeItemProps) {
  const current = usePage(({ page }) => page.kind === 'library' && page.scope.kind === scope.kind)
  return (
    <li>
      <button
        type="button"
        className="sidebar-item"
        aria-current={current ? 'page' : undefined}
        onClick={() => showPage({ kind: 'library', scope })}
      >
        <Icon name={icon} />
        <span className="sidebar-label truncate">{label}</span>
        <span className={clsx('sidebar-count', urgent && count > 0 && 'sidebar-count-urgent')}>
          {formatCount(count)}
        </span>
      </button>
    </li>
  )
}

interface PageItemProps {
  readonly page: Page
  readonly icon: IconName
  readonly label: string
}

function PageItem({ page, icon, label }: PageItemProps) {
  const current = usePage((state) => state.page.kind === page.kind)
  return (
    <li>
      <button
        type="button"
        className="sidebar-item"
        aria-current={current ? 'page' : undefined}
        onClick={() => showPage(page)}
      >
        <Icon name={icon} />
        <span className="sidebar-label truncate">{label}</span>
      </button>
    </li>
  )
}
