import { inLanguage } from '../../../ipc/language/in-language.ts'
import { english } from './en.ts'

/** Ask while a menu is made, a question is asked or a notification is shown; the language may change in between. */
export const desktopTexts = inLanguage({ en: english })

export type DesktopTexts = ReturnType<typeof desktopTexts>
