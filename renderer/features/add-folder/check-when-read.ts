import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { imagesOfFolder } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { toast } from '../../state/toasts.ts'
import { addFolderTexts } from './add-folder-texts.ts'
import { whenRead } from './when-read.ts'

/** Starts a batch check of these folders' images as soon as all of them have been read. */
export async function checkWhenRead(folderIds: readonly number[]): Promise<void> {
  await whenRead(folderIds)
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
