import { plan } from '../../texts/en/plan.ts'
import { inLanguage } from '../../texts/texts.ts'

export const planTexts = inLanguage({ en: plan })
