import { create } from 'zustand'
import type { Health } from '../../ipc/schemas/library.ts'

export const filterUses = ['in-use', 'vm', 'children', 'overlay', 'read-only', 'none'] as const
export type UseKind = (typeof filterUses)[number]

/** What the table's filter lets through; empty sets let everything through. */
export interface Filter {
  /** Words that must all occur in the name or the path. */
  readonly text: string
  readonly health: ReadonlySet<Health>
  /** Format labels, such as "qcow2 v3". */
  readonly formats: ReadonlySet<string>
  readonly uses: ReadonlySet<UseKind>
}

export const noFilter: Filter = {
  text: '',
  health: new Set(),
  formats: new Set(),
  uses: new Set(),
}

export const useFilter = create<Filter>(() => noFilter)

export function setFilterText(text: string): void {
  useFilter.setState({ text })
}

export function toggleHealthFilter(health: Health): void {
  useFilter.setState((filter) => ({ health: toggled(filter.health, health) }))
}

export function toggleFormatFilter(format: string): void {
  useFilter.setState((filter) => ({ formats: toggled(filter.formats, format) }))
}

export function toggleUseFilter(use: UseKind): void {
  useFilter.setState((filter) => ({ uses: toggled(filter.uses, use) }))
}

export function clearFilter(): void {
  useFilter.setState(noFilter)
}

export const isFiltering = ({ text, health, formats, uses }: Filter): boolean =>
  text.trim() !== '' || health.size > 0 || formats.size > 0 || uses.size > 0

function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set)
  if (!next.delete(item)) next.add(item)
  return next
}
