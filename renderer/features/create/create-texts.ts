import { create } from '../../texts/en/create.ts'
import { inLanguage } from '../../texts/texts.ts'

export const createTexts = inLanguage({ en: create })
