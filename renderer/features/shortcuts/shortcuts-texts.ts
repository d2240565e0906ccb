import { shortcuts } from '../../texts/en/shortcuts.ts'
import { inLanguage } from '../../texts/texts.ts'

export const shortcutsTexts = inLanguage({ en: shortcuts })
