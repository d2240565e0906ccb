import { relink } from '../../texts/en/relink.ts'
import { inLanguage } from '../../texts/texts.ts'

export const relinkTexts = inLanguage({ en: relink })
