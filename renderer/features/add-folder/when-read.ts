import { imagesOfFolder, useLibrary } from '../../state/library.ts'

/** Milliseconds after which a folder that never began to be read counts as read. */
const startMs = 1500

/** Resolves when all images of these folders have been read, or the folder is gone or cannot be read. */
export function whenRead(folderIds: readonly number[]): Promise<void> {
  const began = performance.now()
  const isRead = (id: number): boolean => {
    const folder = useLibrary.getState().folders.find((one) => one.id === id)
    if (folder === undefined || folder.error !== undefined) return true
    if (folder.scanning) return false
    const images = imagesOfFolder(id).length
    // A folder says "not being read" before its reading begins, too.
    return images >= folder.imageCount && (images > 0 || performance.now() - began > startMs)
  }
  return new Promise((resolve) => {
    const look = (): void => {
      if (!folderIds.every(isRead)) return
      clearInterval(timer)
      stop()
      resolve()
    }
    // The last event may come before the images of it have been counted: look again now and then.
    const timer = setInterval(look, 500)
    const stop = useLibrary.subscribe(look)
    look()
  })
}
