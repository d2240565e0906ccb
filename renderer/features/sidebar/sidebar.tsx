import { useMemo, type ReactNode } from 'react'
import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { runCommand } from '../../commands/registry.ts'
import { formatCount } from '../../format/counts.ts'
import { useNow } from '../../state/clock.ts'
import { useLayout } from '../../state/layout.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage, usePage, type Page } from '../../state/page.ts'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { clsx } from '../../ui/clsx.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { collections, countScopes, type Collection } from '../library/scope-rows.ts'
import { FolderItem } from './folder-item.tsx'
import './sidebar.css'

export interface SidebarProps {
  /** Laid over the page, for a narrow window. */
  readonly over: boolean
  /** What its width is changed with. */
  readonly children?: ReactNode
}

export function Sidebar({ over, children }: SidebarProps) {
  const rows = useLibrary((state) => state.rows)
  const folders = useLibrary((state) => state.folders)
  const now = useNow(60_000)
  const counts = useMemo(() => countScopes(rows.values(), now), [rows, now])
  const width = useLayout((state) => state.sidebarWidth)
  const words = texts().library.sidebar
  return (
    <>
      {over && (
        <div
          className="sidebar-shade"
          aria-hidden="true"
          onClick={() => usePage.setState({ sidebarOver: false })}
        />
      )}
      <nav className="sidebar-place" aria-label={words.label}>
        <div
          className={clsx('sidebar', over && 'sidebar-over')}
          data-pane="sidebar"
          style={{ width }}
        >
          <div className="sidebar-brand">
            <Icon name="disk" size={18} />
            <span>{texts().frame.product}</span>
          </div>
          <h2 className="sidebar-heading">{words.library}</h2>
          <ul>
            {collections.map((kind) => (
              <ScopeItem key={kind} kind={kind} count={counts[kind]} />
            ))}
          </ul>
          <div className="sidebar-heading-row">
            <h2 className="sidebar-heading">{words.folders}</h2>
            <IconButton
              icon="plus"
              size="small"
              label={words.addFolder}
              onClick={() => runCommand('library.addFolder')}
            />
          </div>
          <FolderList folders={folders} />
          <ul className="sidebar-end">
            <PageItem page={{ kind: 'chains' }} icon="branch" label={words.chains} />
            <PageItem page={{ kind: 'history' }} icon="history" label={words.history} />
          </ul>
        </div>
        {children}
      </nav>
    </>
  )
}

function FolderList({ folders }: { readonly folders: readonly LibraryFolder[] }) {
  if (folders.length === 0) {
    return <p className="sidebar-empty">{texts().library.sidebar.noFolders}</p>
  }
  return (
    <ul className="sidebar-folders">
      {folders.map((folder) => (
        <FolderItem key={folder.id} folder={folder} />
      ))}
    </ul>
  )
}

const scopeIcons: Readonly<Record<Collection, IconName>> = {
  all: 'disks',
  'needs-care': 'care',
  'in-use': 'use',
  missing: 'missing',
  'big-savings': 'compact',
  orphans: 'orphan',
  recent: 'clock',
}

interface ScopeItemProps {
  readonly kind: Collection
  readonly count: number
}

function ScopeItem({ kind, count }: ScopeItemProps) {
  const current = usePage(({ page }) => page.kind === 'library' && page.scope.kind === kind)
  const asksForAttention = kind === 'needs-care' && count > 0
  return (
    <li>
      <button
        type="button"
        className="sidebar-item"
        aria-current={current ? 'page' : undefined}
        onClick={() => showPage({ kind: 'library', scope: { kind } })}
      >
        <Icon name={scopeIcons[kind]} />
        <span className="sidebar-label truncate">{texts().library.scopes[kind]}</span>
        <span className={clsx('sidebar-count', asksForAttention && 'sidebar-count-urgent')}>
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
