import { Dialog as Base } from '@base-ui/react/dialog'
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import { texts } from '../texts/texts.ts'
import { clsx } from './clsx.ts'
import { IconButton } from './button.tsx'
import { popupContainer } from './popup-container.ts'
import { returnPlace } from './return-focus.ts'
import './dialog.css'

export interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  readonly size?: 'small' | 'normal' | 'wide'
  /** Buttons, the safe one first; at the end of the dialog, always in view. */
  readonly footer?: ReactNode
  readonly onClose: () => void
  readonly initialFocus?: RefObject<HTMLElement | null>
  /** The button of the footer that has the keyboard at first, unless `initialFocus` names a control. */
  readonly defaultButton?: 'first' | 'last'
  readonly children?: ReactNode
}

/** Open for as long as it is mounted. Escape, the close button and a press outside close it. */
export function Dialog({
  title,
  description,
  size = 'normal',
  footer,
  onClose,
  initialFocus,
  defaultButton = 'last',
  children,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  const focusDefaultButton = (): HTMLElement | null => {
    const buttons = popup.current?.querySelectorAll<HTMLElement>('.dialog-footer button')
    return [...(buttons ?? [])].at(defaultButton === 'last' ? -1 : 0) ?? popup.current
  }
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal container={popupContainer()}>
        <Base.Backdrop className="dialog-backdrop" />
        <Base.Viewport className="dialog-viewport">
          <Base.Popup
            className={clsx('dialog', `dialog-${size}`)}
            ref={popup}
            initialFocus={initialFocus ?? focusDefaultButton}
            finalFocus={() => returnPlace(popup.current)}
          >
            <div className="dialog-header">
              <Base.Title className="dialog-title">{title}</Base.Title>
              <Base.Close render={<IconButton icon="close" label={texts().common.close} />} />
            </div>
            {description !== undefined && (
              <Base.Description className="dialog-description" render={<div />}>
                {description}
              </Base.Description>
            )}
            {children !== undefined && <DialogBody>{children}</DialogBody>}
            {footer !== undefined && <div className="dialog-footer">{footer}</div>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

/** Takes the keyboard when it is longer than the dialog, so that it can be scrolled without a mouse. */
function DialogBody({ children }: { readonly children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const element = body.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() =>
      setScrolls(element.scrollHeight > element.clientHeight + 1),
    )
    observer.observe(element)
    for (const child of element.children) observer.observe(child)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={body} className="dialog-body" {...(scrolls && { role: 'group', tabIndex: 0 })}>
      {children}
    </div>
  )
}
