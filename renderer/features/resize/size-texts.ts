import { size } from '../../texts/en/size.ts'
import { inLanguage } from '../../texts/texts.ts'

export const sizeTexts = inLanguage({ en: size })
