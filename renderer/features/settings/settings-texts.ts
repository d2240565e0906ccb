import { settings } from '../../texts/en/settings.ts'
import { inLanguage } from '../../texts/texts.ts'

export const settingsTexts = inLanguage({ en: settings })
