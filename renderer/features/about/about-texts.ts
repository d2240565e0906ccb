import { about } from '../../texts/en/about.ts'
import { inLanguage } from '../../texts/texts.ts'

export const aboutTexts = inLanguage({ en: about })
