import { guest } from '../../texts/en/guest.ts'
import { inLanguage } from '../../texts/texts.ts'

export const guestTexts = inLanguage({ en: guest })
