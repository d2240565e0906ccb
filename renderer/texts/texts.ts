import { inLanguage } from '../../ipc/language/in-language.ts'
import { english } from './en/index.ts'

/** What every language has; English is complete and says what there is. */
export type Texts = typeof english

/**
 * What the window says from its start on, and what several of its parts say. Ask while drawing or answering, never keep
 * what it says: the window draws everything anew when the language changes.
 */
export const texts = inLanguage<Texts>({ en: english })

export { foreign, inLanguage, setLanguage } from '../../ipc/language/in-language.ts'
