import { mapTab } from '../../texts/en/map-tab.ts'
import { inLanguage } from '../../texts/texts.ts'

export const mapTabTexts = inLanguage({ en: mapTab })
