import { batch } from '../../texts/en/batch.ts'
import { inLanguage } from '../../texts/texts.ts'

export const batchTexts = inLanguage({ en: batch })
