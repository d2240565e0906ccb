import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { imagesOfFolder, useLibrary } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { addFolderTexts } from './add-folder-texts.ts'

/** Milliseconds after which a folder that never began to be read counts as read. */
const startMs = 1500

/** Starts a batch check of these folders' images as soon as all of them have been read. */
export function checkWhenRead(folderIds: readonly number[]): void {
  const began = performance.now()
  const settled = (): boolean => {
    const { folders } = useLibrary.getState()
    return folderIds.every((id) => {
      const folder = folders.find((one) => one.id === id)
      if (folder === undefined || folder.error !== undefined) return true
      if (folder.scanning) return false
      const images = imagesOfFolder(id).length
      // A folder says "not being read" before its reading begins, too.
      return images >= folder.imageCount && (images > 0 || performance.now() - began > startMs)
    })
  }
  const start = async (): Promise<void> => {
    const words = addFolderTexts()
    const imageIds = folderIds.flatMap(imagesOfFolder)
    if (imageIds.length === 0) {
      toast({ title: words.nothingToCheck, detail: words.noImages, tone: 'info' })
      return
    }
    const { batchId } = await host().api['jobs.start']({
      request: { kind: 'check' },
      imageIds,
      batchTitle: words.batch(counted(imageIds.length, 'image')),
    })
    if (batchId !== undefined) showPage({ kind: 'batch', batchId })
  }
  const tryToStart = (): void => {
    if (!settled()) return
    stop()
    start().catch(reportError)
  }
  // The last event may come before the images of it have been counted: look again now and then.
  const timer = setInterval(tryToStart, 500)
  const unsubscribe = useLibrary.subscribe(tryToStart)
  const stop = (): void => {
    clearInterval(timer)
    unsubscribe()
  }
}
