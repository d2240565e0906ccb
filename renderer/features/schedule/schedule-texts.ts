import { schedule } from '../../texts/en/schedule.ts'
import { inLanguage } from '../../texts/texts.ts'

export const scheduleTexts = inLanguage({ en: schedule })
