/**
 * How the window was left: the page, what is selected and filtered, and the sizes of its panes. The services keep it
 * as words of ours (`window.keepView`), so what another version wrote is read part by part.
 */
import { z } from 'zod'
import { health } from '../../ipc/schemas/library.ts'
import { host } from '../host.ts'
import { filterUses, useFilter } from './filter.ts'
import { useLayout } from './layout.ts'
import { useLibrary, whenLoaded } from './library.ts'
import { inspectorTabs, showPage, usePage } from './page.ts'
import { keepSelected, select, useSelection } from './selection.ts'
import { ofThisWindow, windowImage } from './window-image.ts'

/** More are not worth keeping: somebody who selected them all can do so again. */
const selectedAtMost = 100
/** Arrow keys change it many times a second; in milliseconds. */
const restTime = 400

const id = z.number().int().positive()
const collections = z.enum([
  'all',
  'needs-care',
  'in-use',
  'missing',
  'big-savings',
  'orphans',
  'recent',
])

const parts = {
  page: z.union([
    z.object({
      kind: z.literal('library'),
      scope: z.union([
        z.object({ kind: collections }),
        z.object({ kind: z.literal('folder'), folderId: id }),
      ]),
    }),
    z.object({ kind: z.enum(['history', 'chains']) }),
    z.object({ kind: z.literal('batch'), batchId: z.string() }),
  ]),
  inspectorTab: z.enum(inspectorTabs),
  selected: z.array(id),
  filter: z.object({
    text: z.string(),
    health: z.array(health),
    formats: z.array(z.string()),
    uses: z.array(z.enum(filterUses)),
  }),
  sidebarWidth: z.number().positive(),
  drawerHeight: z.number().positive(),
}
type Parts = { readonly [Name in keyof typeof parts]?: z.output<(typeof parts)[Name]> }

/** Reads what is kept; a part that does not fit is left out. */
export function parseView(kept: string | undefined): Parts {
  const value = z.record(z.string(), z.unknown()).safeParse(parseJson(kept ?? '{}')).data ?? {}
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, part]) => {
      const parsed = part.safeParse(value[name])
      return parsed.success ? [[name, parsed.data]] : []
    }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The window as it is now, as it is kept. */
export function viewNow(): string {
  const { page, inspectorTab } = usePage.getState()
  const view: Parts = { inspectorTab }
  if (windowImage() !== undefined) return JSON.stringify(view)
  const { text, health: states, formats, uses } = useFilter.getState()
  const { sidebarWidth, drawerHeight } = useLayout.getState()
  return JSON.stringify({
    ...view,
    page,
    selected: [...useSelection.getState().selected].slice(0, selectedAtMost),
    filter: { text, health: [...states], formats: [...formats], uses: [...uses] },
    sidebarWidth,
    drawerHeight,
  })
}

/** Makes the window as it was left. Before it is drawn for the first time. */
export function restoreView(kept: string | undefined): void {
  const { page, inspectorTab, selected, filter, sidebarWidth, drawerHeight } = parseView(kept)
  if (inspectorTab !== undefined) usePage.setState({ inspectorTab })
  if (windowImage() !== undefined) return
  useLayout.setState({
    ...(sidebarWidth !== undefined && { sidebarWidth }),
    ...(drawerHeight !== undefined && { drawerHeight }),
  })
  if (page !== undefined) showPage(page)
  if (filter !== undefined) {
    const { text, health: states, formats, uses } = filter
    useFilter.setState({
      text,
      health: new Set(states),
      formats: new Set(formats),
      uses: new Set(uses),
    })
  }
  if (selected !== undefined) select(selected)
  whenLoaded(forgetWhatIsGone)
}

/** Keeps how the window is from now on. Returns how to stop. */
export function followView(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let kept = viewNow()
  const keep = (): void => {
    clearTimeout(timer)
    timer = undefined
    const view = viewNow()
    if (view === kept) return
    kept = view
    host()
      .api['window.keepView']({ ...ofThisWindow(), view })
      .catch(() => {
        // No connection: the next change brings it.
        kept = ''
      })
  }
  const soon = (): void => {
    timer ??= setTimeout(keep, restTime)
  }
  const stops = [usePage, useSelection, useFilter, useLayout].map((store) => store.subscribe(soon))
  // The last moment in which something can still be said.
  addEventListener('pagehide', keep)
  return () => {
    clearTimeout(timer)
    removeEventListener('pagehide', keep)
    for (const stop of stops) stop()
  }
}

/** Images and folders may have left the library while no window was open. */
function forgetWhatIsGone(): void {
  const { rows, folders } = useLibrary.getState()
  keepSelected((imageId) => rows.has(imageId))
  const { page } = usePage.getState()
  if (page.kind !== 'library' || page.scope.kind !== 'folder') return
  const { folderId } = page.scope
  if (folders.every((folder) => folder.id !== folderId)) {
    showPage({ kind: 'library', scope: { kind: 'all' } })
  }
}
