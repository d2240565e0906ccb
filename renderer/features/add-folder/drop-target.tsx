import { useState, type DragEvent, type ReactNode } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { Icon } from '../../ui/icon.tsx'
import { revealImages } from '../library/reveal-images.ts'
import './drop-target.css'

/** The whole window takes files and folders. With Alt, images are checked as soon as they are added. */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const [over, setOver] = useState(false)
  const takesPaths = useAppInfo((state) => state.info?.capabilities.dropPaths === true)

  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return
    // Without this the page would be replaced by the file.
    event.preventDefault()
    event.dataTransfer.dropEffect = takesPaths ? 'copy' : 'none'
    setOver(true)
  }
  const onDragLeave = (event: DragEvent): void => {
    const inside =
      event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
    if (!inside) setOver(false)
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    takeDrop(event.dataTransfer, event.altKey).catch(reportError)
  }

  return (
    <div className="app" onDragOver={onDragOver} onDragLeave={onDragLeave} onDrop={onDrop}>
      {children}
      {over && (
        <div className="drop-target" aria-hidden="true">
          <div className="drop-target-words">
            <Icon name={takesPaths ? 'download' : 'info'} size={22} />
            {takesPaths ? texts().frame.drop.add : texts().frame.drop.notHere}
          </div>
        </div>
      )}
    </div>
  )
}

async function takeDrop(transfer: DataTransfer, check: boolean): Promise<void> {
  const folders: string[] = []
  const files: string[] = []
  for (const item of transfer.items) {
    const file = item.getAsFile()
    const path = file === null ? undefined : host().pathFor(file)
    if (path === undefined) continue
    if (item.webkitGetAsEntry()?.isDirectory === true) folders.push(path)
    else files.push(path)
  }
  if (files.length > 0) {
    const { imageIds } = await host().api['library.addFiles']({ paths: files })
    revealImages(imageIds)
    if (check) {
      await host().api['jobs.start']({ request: { kind: 'check' }, imageIds })
    }
    toast({ title: texts().frame.drop.added(counted(imageIds.length, 'image')) })
  }
  if (folders.length > 0) openSheet({ kind: 'add-folders', paths: folders })
}
