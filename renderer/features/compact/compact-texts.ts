import { compact } from '../../texts/en/compact.ts'
import { inLanguage } from '../../texts/texts.ts'

export const compactTexts = inLanguage({ en: compact })
