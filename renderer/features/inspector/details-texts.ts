import { details } from '../../texts/en/details.ts'
import { inLanguage } from '../../texts/texts.ts'

export const detailsTexts = inLanguage({ en: details })
