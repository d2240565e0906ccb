import { create } from 'zustand'
import type { CommandId } from '../commands/command.ts'

/** Files from outside that are over the window, with the mouse button still down. */
export interface Dragging {
  /** The action whose button is under the pointer. */
  readonly over: CommandId | undefined
  /** They are to be checked as soon as they are added. */
  readonly withAlt: boolean
  readonly count: number
}

export const useDrag = create<{ readonly dragging: Dragging | undefined }>(() => ({
  dragging: undefined,
}))

/** Told many times a second; the window draws only what changed. */
export function setDragging(next: Dragging | undefined): void {
  useDrag.setState(({ dragging }) => {
    const isSame =
      dragging?.over === next?.over &&
      dragging?.withAlt === next?.withAlt &&
      dragging?.count === next?.count
    return isSame ? {} : { dragging: next }
  })
}
