import { create } from 'zustand'

export interface SelectionState {
  readonly selected: ReadonlySet<number>
  /** The image the keyboard is at. */
  readonly active: number | undefined
  /** Where a range that Shift extends begins. */
  readonly anchor: number | undefined
}

const none: SelectionState = { selected: new Set(), active: undefined, anchor: undefined }

export const useSelection = create<SelectionState>(() => none)

/** Selects exactly these images; the first one becomes the active one. */
export function select(ids: readonly number[]): void {
  useSelection.setState({ selected: new Set(ids), active: ids[0], anchor: ids[0] })
}

export function clearSelection(): void {
  useSelection.setState(({ active }) => ({ selected: new Set(), anchor: active }))
}

/** Adds the image, or takes it out. */
export function toggleSelected(id: number): void {
  useSelection.setState(({ selected }) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    return { selected: next, active: id, anchor: id }
  })
}

/** From the anchor to this image, in the order of the table. */
export function extendSelection(order: readonly number[], id: number): void {
  useSelection.setState(({ anchor }) => {
    const from = anchor === undefined ? -1 : order.indexOf(anchor)
    const to = order.indexOf(id)
    const start = from === -1 ? to : from
    const range = order.slice(Math.min(start, to), Math.max(start, to) + 1)
    return { selected: new Set(range), active: id, anchor: order[start] }
  })
}

export function selectAll(order: readonly number[]): void {
  useSelection.setState(({ active }) => ({
    selected: new Set(order),
    active: active ?? order[0],
    anchor: order[0],
  }))
}

/** What is selected in the library's list while another page covers it. */
let covered: SelectionState = none

/** Each page has a selection of its own: what nobody sees is not acted on, and is there again when it is seen. */
export function changeSelection(from: 'library' | 'other', to: 'library' | 'other'): void {
  if (from === 'library' && to === 'other') covered = useSelection.getState()
  useSelection.setState(to === 'library' && from === 'other' ? covered : none)
}

/** Forgets images that are gone from the library, or out of sight. */
export function keepSelected(exists: (id: number) => boolean): void {
  useSelection.setState((state) => withoutGone(state, exists))
  covered = withoutGone(covered, exists)
}

function withoutGone(state: SelectionState, exists: (id: number) => boolean): SelectionState {
  const gone = (id: number | undefined): boolean => id !== undefined && !exists(id)
  const selected = [...state.selected].filter(exists)
  if (selected.length === state.selected.size && !gone(state.active) && !gone(state.anchor)) {
    return state
  }
  return {
    selected: new Set(selected),
    active: gone(state.active) ? undefined : state.active,
    anchor: gone(state.anchor) ? undefined : state.anchor,
  }
}
