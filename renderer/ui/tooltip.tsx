import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { popupContainer } from './popup-container.ts'
import './tooltip.css'

export interface TooltipProps {
  /** Nothing to say at the moment: the element stays the same, without a tooltip. */
  readonly content: ReactNode
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  /** The one element the tooltip belongs to; it needs a name of its own. */
  readonly children: ReactElement
}

/** Explains, never names: what only a tooltip says, a touch screen cannot reach. */
export function Tooltip({ content, side = 'bottom', children }: TooltipProps) {
  return (
    <Base.Root
      disabled={content === undefined || content === ''}
      onOpenChange={(_isOpen, { reason, allowPropagation }) => {
        // Escape is for the dialog that the button is in: one press closes both.
        if (reason === 'escape-key') allowPropagation()
      }}
    >
      <Base.Trigger render={children} delay={500} />
      <Base.Portal container={popupContainer()}>
        <Base.Positioner side={side} sideOffset={6} collisionPadding={8} className="tooltip-place">
          <Base.Popup className="tooltip">{content}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
