import { resize } from '../../texts/en/resize.ts'
import { inLanguage } from '../../texts/texts.ts'

export const resizeTexts = inLanguage({ en: resize })
