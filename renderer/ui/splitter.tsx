import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { clsx } from './clsx.ts'
import './splitter.css'

export interface SplitterProps {
  readonly label: string
  /** `vertical`: a line between left and right; the value is a width. */
  readonly orientation: 'vertical' | 'horizontal'
  /** Size in pixels of the pane that it resizes. */
  readonly value: number
  readonly min: number
  readonly max: number
  /** The pane lies after the line (right or below), so it grows when the line moves back. */
  readonly after?: boolean
  readonly onChange: (value: number) => void
  /** The drag or key press is over: the time to store the size. */
  readonly onCommit?: (value: number) => void
}

/** A window splitter (ARIA APG): dragged, or moved with the arrow keys, Home and End. */
export function Splitter({
  label,
  orientation,
  value,
  min,
  max,
  after = false,
  onChange,
  onCommit,
}: SplitterProps) {
  const drag = useRef<{ readonly from: number; readonly size: number; now: number }>(undefined)
  const direction = after ? -1 : 1
  const clamp = (size: number): number => Math.round(Math.min(Math.max(size, min), max))
  const position = (event: PointerEvent): number =>
    orientation === 'vertical' ? event.clientX : event.clientY

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { from: position(event), size: value, now: value }
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (drag.current === undefined) return
    drag.current.now = clamp(drag.current.size + direction * (position(event) - drag.current.from))
    onChange(drag.current.now)
  }
  const onPointerUp = (): void => {
    if (drag.current !== undefined) onCommit?.(drag.current.now)
    drag.current = undefined
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 48 : 12
    const back = orientation === 'vertical' ? 'ArrowLeft' : 'ArrowUp'
    const forth = orientation === 'vertical' ? 'ArrowRight' : 'ArrowDown'
    const target =
      event.key === back
        ? value - direction * step
        : event.key === forth
          ? value + direction * step
          : event.key === 'Home'
            ? min
            : event.key === 'End'
              ? max
              : undefined
    if (target === undefined) return
    event.preventDefault()
    onChange(clamp(target))
    onCommit?.(clamp(target))
  }

  return (
    <div
      className={clsx('splitter', `splitter-${orientation}`)}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={Math.max(max, min)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onLostPointerCapture={onPointerUp}
      onKeyDown={onKeyDown}
    />
  )
}
