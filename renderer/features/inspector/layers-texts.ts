import { layers } from '../../texts/en/layers.ts'
import { inLanguage } from '../../texts/texts.ts'

export const layersTexts = inLanguage({ en: layers })
