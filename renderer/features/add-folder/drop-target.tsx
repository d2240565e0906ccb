import type { DragEvent, ReactNode } from 'react'
import { isCommand } from '../../commands/registry.ts'
import type { CommandId } from '../../commands/command.ts'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { setDragging, useDrag, type Dragging } from '../../state/drag.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { revealOpened } from '../library/reveal-images.ts'
import { dropOnAction, takesOne, type Dropped } from './drop-on-action.ts'
import './drop-target.css'

/**
 * The whole window takes files and folders; with Alt, images are checked as soon as they are added. Buttons of
 * actions (`data-takes-drop`) take them for their own dialog.
 */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const takesPaths = useAppInfo((state) => state.info?.capabilities.dropPaths === true)

  const onDragOver = (event: DragEvent): void => {
    const { dataTransfer, target, altKey } = event
    if (!dataTransfer.types.includes('Files')) return
    // Without this the page would be replaced by the file.
    event.preventDefault()
    const dragging = {
      over: takesPaths ? actionAt(target) : undefined,
      withAlt: altKey,
      count: [...dataTransfer.items].filter(({ kind }) => kind === 'file').length,
    }
    dataTransfer.dropEffect = takesPaths && !isTooMany(dragging) ? 'copy' : 'none'
    setDragging(dragging)
  }
  const onDragLeave = (event: DragEvent): void => {
    const inside =
      event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
    if (!inside) setDragging(undefined)
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setDragging(undefined)
    if (!takesPaths) return
    const dropped = pathsOf(event.dataTransfer)
    const action = actionAt(event.target)
    const taking =
      action === undefined ? addDropped(dropped, event.altKey) : dropOnAction(action, dropped)
    taking.catch(reportError)
  }

  return (
    <div className="app" onDragOver={onDragOver} onDragLeave={onDragLeave} onDrop={onDrop}>
      {children}
      <DropWords takesPaths={takesPaths} />
    </div>
  )
}

/** What letting go would do. */
function DropWords({ takesPaths }: { readonly takesPaths: boolean }) {
  const dragging = useDrag((state) => state.dragging)
  if (dragging === undefined) return null
  const isRefused = !takesPaths || isTooMany(dragging)
  return (
    <div className={clsx('drop-target', isRefused && 'drop-target-refused')} aria-hidden="true">
      <div className="drop-target-words">
        <Icon name={isRefused ? 'info' : 'download'} size={22} />
        {wordsFor(dragging, takesPaths)}
      </div>
    </div>
  )
}

function wordsFor(dragging: Dragging, takesPaths: boolean): string {
  const { frame, commands } = texts()
  if (!takesPaths) return frame.drop.notHere
  const { over, withAlt } = dragging
  if (over === undefined) return withAlt ? frame.drop.addAndCheck : frame.drop.add
  const title = commands.titles[over].replace(/…$/, '')
  return isTooMany(dragging) ? frame.drop.takesOne(title) : frame.drop.plan(title)
}

const isTooMany = ({ over, count }: Dragging): boolean =>
  over !== undefined && count > 1 && takesOne.has(over)

function actionAt(target: EventTarget | null): CommandId | undefined {
  if (!(target instanceof Element)) return undefined
  const id = target.closest<HTMLElement>('[data-takes-drop]')?.dataset['takesDrop']
  // Only buttons of commands carry the attribute, with the command's id.
  return id !== undefined && isCommand(id) ? (id as CommandId) : undefined
}

/** What of it has a path: a browser names none. */
function pathsOf(transfer: DataTransfer): Dropped {
  const folders: string[] = []
  const files: string[] = []
  for (const item of transfer.items) {
    const file = item.getAsFile()
    const path = file === null ? undefined : host().pathFor(file)
    if (path === undefined) continue
    if (item.webkitGetAsEntry()?.isDirectory === true) folders.push(path)
    else files.push(path)
  }
  return { files, folders }
}

async function addDropped({ files, folders }: Dropped, check: boolean): Promise<void> {
  if (files.length > 0) {
    const { imageIds } = await host().api['library.addFiles']({ paths: [...files] })
    revealOpened(imageIds)
    if (check) {
      await host().api['jobs.start']({ request: { kind: 'check' }, imageIds })
    }
    toast({ title: texts().frame.drop.added(counted(imageIds.length, 'image')) })
  }
  if (folders.length > 0) openSheet({ kind: 'add-folders', paths: folders, check })
}
