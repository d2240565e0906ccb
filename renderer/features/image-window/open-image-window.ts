import { host } from '../../host.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { addressOfImage } from '../../state/window-image.ts'
import { imageWindowTexts } from './image-window-texts.ts'

/** Opens the image's own window, or tab, or brings the one that is there to the front. */
export function openImageWindow(imageId: number): void {
  if (useAppInfo.getState().info?.host === 'electron') {
    host().api['shell.openWindow']({ imageId }).catch(reportError)
    return
  }
  // At once: a browser opens a tab for somebody who has just asked for it only.
  if (host().openTab(addressOfImage(imageId), `platter-image-${imageId}`)) return
  const words = imageWindowTexts()
  toast({ title: words.refused, detail: words.allow, tone: 'bad', stays: true })
}
