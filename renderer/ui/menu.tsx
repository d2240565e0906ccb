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

interface ItemContentProps {
  readonly item: MenuItem
  /** Another item of the menu has an icon: words line up under each other. */
  readonly indented: boolean
}

function ItemContent({ item, indented }: ItemContentProps) {
  return (
    <>
      {item.icon ? <Icon name={item.icon} /> : indented && <span className="menu-check" />}
      <span className="menu-label">
        {item.label}
        {item.disabledReason !== undefined && (
          <span className="menu-reason">{item.disabledReason}</span>
        )}
      </span>
      {item.shortcut !== undefined && <kbd className="menu-shortcut">{item.shortcut}</kbd>}
    </>
  )
}

function Items({ items }: { readonly items: readonly MenuItem[] }) {
  const indented = items.some(({ icon, checked }) => icon !== undefined || checked !== undefined)
  return items.map((item) => (
    <Fragment key={item.id}>
      {item.separatorBefore && <Base.Separator className="menu-separator" />}
      {item.checked === undefined ? (
        <Base.Item
          className="menu-item"
          disabled={item.disabledReason !== undefined}
          label={item.label}
          onClick={item.onSelect}
        >
          <ItemContent item={item} indented={indented} />
        </Base.Item>
      ) : (
        <Base.CheckboxItem
          className="menu-item"
          checked={item.checked}
          disabled={item.disabledReason !== undefined}
          label={item.label}
          onCheckedChange={item.onSelect}
        >
          <span className="menu-check">
            <Base.CheckboxItemIndicator>
              <Icon name="check" />
            </Base.CheckboxItemIndicator>
          </span>
          <ItemContent item={item} indented={false} />
        </Base.CheckboxItem>
      )}
    </Fragment>
  ))
}

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly items: readonly MenuItem[]
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
            <Items items={items} />
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
  readonly items: readonly MenuItem[]
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
            <Items items={items} />
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}
