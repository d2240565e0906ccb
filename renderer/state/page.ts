import { create } from 'zustand'
import { changeSelection } from './selection.ts'
import { changeSettings, useSettings } from './settings.ts'
import { windowImage } from './window-image.ts'

/** Which images the table shows. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'needs-care' }
  | { readonly kind: 'in-use' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'big-savings' }
  | { readonly kind: 'orphans' }
  | { readonly kind: 'recent' }
  | { readonly kind: 'folder'; readonly folderId: number }

export type Page =
  | { readonly kind: 'library'; readonly scope: Scope }
  | { readonly kind: 'history' }
  /** Every backing chain; the keyboard starts at this image. */
  | { readonly kind: 'chains'; readonly imageId?: number }
  | { readonly kind: 'batch'; readonly batchId: string }

export const inspectorTabs = [
  'overview',
  'map',
  'snapshots',
  'chain',
  'history',
  'details',
] as const
export type InspectorTab = (typeof inspectorTabs)[number]

export interface PageState {
  readonly page: Page
  readonly inspectorTab: InspectorTab
  /** The sidebar laid over the page, where there is no room beside it. */
  readonly sidebarOver: boolean
  /** The inspector laid over the page, likewise. */
  readonly inspectorOver: boolean
}

export const usePage = create<PageState>(() => ({
  page: { kind: 'library', scope: { kind: 'all' } },
  inspectorTab: 'overview',
  sidebarOver: false,
  inspectorOver: false,
}))

export function showPage(page: Page): void {
  const before = usePage.getState().page
  if (pageId(before) !== pageId(page)) changeSelection(listOf(before), listOf(page))
  usePage.setState({ page, sidebarOver: false, inspectorOver: false })
}

const listOf = ({ kind }: Page): 'library' | 'other' => (kind === 'library' ? 'library' : 'other')

/** Views of the library are one page. */
const pageId = (page: Page): string => (page.kind === 'batch' ? page.batchId : page.kind)

export function showInspectorTab(inspectorTab: InspectorTab): void {
  usePage.setState({ inspectorTab })
}

/** Opens the inspector when it is closed; on this tab, when one is named. */
export function showInspector(tab?: InspectorTab): void {
  if (tab !== undefined) showInspectorTab(tab)
  if (windowImage() !== undefined) return
  usePage.setState({ inspectorOver: true })
  if (!useSettings.getState().settings.inspectorOpen) changeSettings({ inspectorOpen: true })
}

export const useInspectorTab = (): InspectorTab => usePage((state) => state.inspectorTab)
