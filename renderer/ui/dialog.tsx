import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'
import { clsx } from './clsx.ts'
import { IconButton } from './button.tsx'
import './dialog.css'

export interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  readonly size?: 'small' | 'normal' | 'wide'
  /** Buttons, the safe one first; at the end of the dialog, always in view. */
  readonly footer?: ReactNode
  readonly onClose: () => void
  readonly initialFocus?: RefObject<HTMLElement | null>
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
  children,
}: DialogProps) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="dialog-backdrop" />
        <Base.Viewport className="dialog-viewport">
          <Base.Popup
            className={clsx('dialog', `dialog-${size}`)}
            {...(initialFocus && { initialFocus })}
          >
            <header className="dialog-header">
              <Base.Title className="dialog-title">{title}</Base.Title>
              <Base.Close render={<IconButton icon="close" label="Close" />} />
            </header>
            {description !== undefined && (
              <Base.Description className="dialog-description" render={<div />}>
                {description}
              </Base.Description>
            )}
            {children !== undefined && <div className="dialog-body">{children}</div>}
            {footer !== undefined && <footer className="dialog-footer">{footer}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
