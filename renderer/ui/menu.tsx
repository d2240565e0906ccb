import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import type { BaseUIEvent } from '@base-ui/react/types'
import { Fragment, type MouseEvent, type ReactElement, type ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { popupContainer } from './popup-container.ts'
import './menu.css'

export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly icon?: IconName | undefined
  readonly shortcut?: string | undefined
  /** Why it cannot be chosen; the item stays in place and shows it. */
  readonly disabledReason?: string | undefined
  /** Present: the item is a check mark that can be set and cleared. */
  readonly checked?: boolean | undefined
  readonly separatorBefore?: boolean | undefined
  readonly onSelect: () => void
}

/** Items behind one; they keep their reasons, so it opens even when none of them can be chosen. */
export interface Submenu {
  readonly id: string
  readonly label: string
  readonly icon?: IconName | undefined
  readonly separatorBefore?: boolean | undefined
  readonly items: readonly MenuItem[]
}

export type MenuEntry = MenuItem | Submenu

interface EntryContentProps {
  readonly entry: MenuEntry
  /** Stands above the entries: seen once, still said with each. */
  readonly sharedReason?: string | undefined
  /** Another entry of the menu has an icon: words line up under each other. */
  readonly indented: boolean
}

function EntryContent({ entry, sharedReason, indented }: EntryContentProps) {
  const reason = 'items' in entry ? undefined : entry.disabledReason
  const shortcut = 'items' in entry ? undefined : entry.shortcut
  return (
    <>
      {entry.icon ? <Icon name={entry.icon} /> : indented && <span className="menu-check" />}
      <span className="menu-label">
        {entry.label}
        {reason !== undefined && (
          <span className={reason === sharedReason ? 'visually-hidden' : 'menu-reason'}>
            {` ${reason}`}
          </span>
        )}
      </span>
      {shortcut !== undefined && <kbd className="menu-shortcut">{shortcut}</kbd>}
      {'items' in entry && <Icon name="chevron-right" size={12} />}
    </>
  )
}

function Entries({ entries }: { readonly entries: readonly MenuEntry[] }) {
  const indented = entries.some(
    (entry) => entry.icon !== undefined || ('checked' in entry && entry.checked !== undefined),
  )
  const sharedReason = sharedReasonOf(entries)
  return (
    <>
      {sharedReason !== undefined && (
        // Screen readers hear it with each entry.
        <div className="menu-heading" aria-hidden="true">
          {sharedReason}
        </div>
      )}
      {entries.map((entry) => (
        <Fragment key={entry.id}>
          {entry.separatorBefore && <Base.Separator className="menu-separator" />}
          {'items' in entry ? (
            <SubmenuEntry submenu={entry} indented={indented} />
          ) : (
            <Entry item={entry} indented={indented} sharedReason={sharedReason} />
          )}
        </Fragment>
      ))}
    </>
  )
}

/** So many entries under each other need not say the same, one by one. */
const manyAlike = 4

function sharedReasonOf(entries: readonly MenuEntry[]): string | undefined {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const reason = 'items' in entry ? undefined : entry.disabledReason
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].find(([, count]) => count >= manyAlike)?.[0]
}

interface EntryProps {
  readonly item: MenuItem
  readonly indented: boolean
  readonly sharedReason: string | undefined
}

function Entry({ item, indented, sharedReason }: EntryProps) {
  const isDisabled = item.disabledReason !== undefined
  if (item.checked === undefined) {
    return (
      <Base.Item
        className="menu-item"
        disabled={isDisabled}
        label={item.label}
        onClick={item.onSelect}
      >
        <EntryContent entry={item} indented={indented} sharedReason={sharedReason} />
      </Base.Item>
    )
  }
  return (
    <Base.CheckboxItem
      className="menu-item"
      checked={item.checked}
      disabled={isDisabled}
      label={item.label}
      onCheckedChange={item.onSelect}
    >
      <span className="menu-check">
        <Base.CheckboxItemIndicator>
          <Icon name="check" />
        </Base.CheckboxItemIndicator>
      </span>
      <EntryContent entry={item} indented={false} sharedReason={sharedReason} />
    </Base.CheckboxItem>
  )
}

interface SubmenuEntryProps {
  readonly submenu: Submenu
  readonly indented: boolean
}

function SubmenuEntry({ submenu, indented }: SubmenuEntryProps) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className="menu-item" label={submenu.label}>
        <EntryContent entry={submenu} indented={indented} />
      </Base.SubmenuTrigger>
      <Base.Portal container={popupContainer()}>
        {/* Its first item lies beside the one it belongs to. */}
        <Base.Positioner className="menu-place" alignOffset={-5} collisionPadding={8}>
          <Base.Popup className="menu">
            <Entries entries={submenu.items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  )
}

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly items: readonly MenuEntry[]
  readonly align?: 'start' | 'end'
  /** Above the items, for what is no item. */
  readonly heading?: ReactNode
}

export function Menu({ trigger, items, align = 'start', heading }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal container={popupContainer()}>
        <Base.Positioner className="menu-place" align={align} sideOffset={4} collisionPadding={8}>
          <Base.Popup className="menu">
            {heading !== undefined && <div className="menu-heading">{heading}</div>}
            <Entries entries={items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/**
 * For the `contextmenu` handler of a ContextMenu's child: the menu stays closed this time, because
 * the system draws one instead.
 */
export function keepContextMenuClosed(event: MouseEvent & Partial<BaseUIEvent<MouseEvent>>): void {
  event.preventDefault()
  event.preventBaseUIHandler?.()
}

export interface ContextMenuProps {
  readonly items: readonly MenuEntry[]
  readonly onOpenChange?: (open: boolean) => void
  /** What is pressed with the right button. */
  readonly children: ReactElement
}

export function ContextMenu({ items, onOpenChange, children }: ContextMenuProps) {
  return (
    <BaseContext.Root {...(onOpenChange && { onOpenChange })}>
      <BaseContext.Trigger render={children} />
      <BaseContext.Portal container={popupContainer()}>
        <BaseContext.Positioner className="menu-place" collisionPadding={8}>
          <BaseContext.Popup className="menu">
            <Entries entries={items} />
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}
