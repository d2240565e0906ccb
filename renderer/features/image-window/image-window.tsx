import { useEffect, type DragEvent } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { rowMenuItems } from '../../commands/row-menu.ts'
import { useJobs } from '../../state/jobs.ts'
import { useLibrary } from '../../state/library.ts'
import { useInspectorTab } from '../../state/page.ts'
import { select } from '../../state/selection.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Menu } from '../../ui/menu.tsx'
import { CommandButton, CommandIconButton } from '../frame/command-button.tsx'
import { Notices } from '../frame/notices.tsx'
import { Inspector } from '../inspector/inspector.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { imageWindowTexts } from './image-window-texts.ts'
import './image-window.css'

/** One image in a window of its own: the inspector with room, and what can be done with the image. */
export function ImageWindow({ imageId }: { readonly imageId: number }) {
  const loaded = useLibrary((state) => state.loaded)
  const row = useLibrary((state) => state.rows.get(imageId))
  // Commands are about the selection, and here that is always this image.
  useEffect(() => select([imageId]), [imageId])
  const name = row?.name
  useEffect(() => {
    if (name !== undefined) document.title = name
  }, [name])
  return (
    <div className="app image-window" onDragOver={refuseFiles} onDrop={refuseFiles}>
      {row === undefined ? (
        <main className="image-window-page" aria-busy={!loaded}>
          <Title />
          {loaded && <Gone />}
        </main>
      ) : (
        <>
          <Toolbar row={row} />
          <Notices />
          <main className="image-window-page" data-pane="inspector">
            <Work row={row} />
            <Inspector />
          </main>
        </>
      )}
    </div>
  )
}

/** The inspector's own headings begin one level below the page's. */
const Title = () => <h1 className="visually-hidden">{texts().frame.product}</h1>

function Toolbar({ row }: { readonly row: LibraryRow }) {
  const words = imageWindowTexts()
  const isBroken = ['leaks', 'needs-repair', 'damaged'].includes(row.health)
  return (
    <header className="image-window-bar" data-pane="toolbar">
      <Title />
      <div className="image-window-actions" role="toolbar" aria-label={words.actions}>
        {isBroken && <CommandButton id="image.repair" variant="primary" />}
        <CommandButton id="image.check" label={words.check} />
        <CommandButton id="image.compact" label={words.compact} />
        <CommandButton id="image.resize" label={words.resize} />
        <CommandButton id="image.takeSnapshot" label={words.snapshot} />
        <CommandButton id="image.hash" label={words.hash} />
        <Menu
          trigger={<IconButton icon="more" label={words.more} />}
          align="end"
          items={rowMenuItems()}
        />
      </div>
      <CommandIconButton id="view.palette" label={words.search} />
    </header>
  )
}

/** What goes on with the image, whichever tab is open; the first one shows it by itself. */
function Work({ row }: { readonly row: LibraryRow }) {
  const job = useJobs((state) => state.byImage.get(row.id))
  const tab = useInspectorTab()
  if (job === undefined || tab === 'overview') return null
  return (
    <div className="image-window-work">
      <JobProgress job={job} />
    </div>
  )
}

function Gone() {
  const { gone } = imageWindowTexts()
  return (
    <EmptyState
      icon="missing"
      title={gone.title}
      actions={<Button onClick={() => window.close()}>{gone.close}</Button>}
    >
      {gone.text}
    </EmptyState>
  )
}

/** Files are added in the library's window; without this the page would be replaced by the file. */
function refuseFiles(event: DragEvent): void {
  if (!event.dataTransfer.types.includes('Files')) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'none'
}
