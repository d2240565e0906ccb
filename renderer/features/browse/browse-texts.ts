import { browse } from '../../texts/en/browse.ts'
import { inLanguage } from '../../texts/texts.ts'

export const browseTexts = inLanguage({ en: browse })
