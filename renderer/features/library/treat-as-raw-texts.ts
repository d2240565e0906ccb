import { treatAsRaw } from '../../texts/en/treat-as-raw.ts'
import { inLanguage } from '../../texts/texts.ts'

export const treatAsRawTexts = inLanguage({ en: treatAsRaw })
