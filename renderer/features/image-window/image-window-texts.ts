import { imageWindow } from '../../texts/en/image-window.ts'
import { inLanguage } from '../../texts/texts.ts'

/** Comes with the window of an image, not with the library's. */
export const imageWindowTexts = inLanguage({ en: imageWindow })
