import { trustLinks } from '../../texts/en/trust-links.ts'
import { inLanguage } from '../../texts/texts.ts'

export const trustLinksTexts = inLanguage({ en: trustLinks })
