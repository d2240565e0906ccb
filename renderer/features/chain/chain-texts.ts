import { chain } from '../../texts/en/chain.ts'
import { inLanguage } from '../../texts/texts.ts'

export const chainTexts = inLanguage({ en: chain })
