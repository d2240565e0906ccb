import { hash } from '../../texts/en/hash.ts'
import { inLanguage } from '../../texts/texts.ts'

export const hashTexts = inLanguage({ en: hash })
