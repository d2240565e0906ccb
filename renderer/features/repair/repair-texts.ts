import { repair } from '../../texts/en/repair.ts'
import { inLanguage } from '../../texts/texts.ts'

export const repairTexts = inLanguage({ en: repair })
