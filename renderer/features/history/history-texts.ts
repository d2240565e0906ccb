import { history } from '../../texts/en/history.ts'
import { inLanguage } from '../../texts/texts.ts'

export const historyTexts = inLanguage({ en: history })
