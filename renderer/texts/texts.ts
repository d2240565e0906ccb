import type { Settings } from '../../ipc/schemas/app.ts'
import { english } from './en/index.ts'
import { pseudoTexts } from './pseudo.ts'

/** What every language has; English is complete and says what there is. */
export type Texts = typeof english

const catalogues: Readonly<Record<Settings['language'], () => Texts>> = {
  en: () => english,
  'en-XA': () => pseudoTexts(english),
}

let language: Settings['language'] = 'en'
let current: Texts = english

/**
 * The catalogue of the language that is set. Ask while drawing or answering, never keep what it says: the
 * window draws everything anew when the language changes.
 */
export const texts = (): Texts => current

export function setLanguage(next: Settings['language']): void {
  if (next === language) return
  language = next
  current = catalogues[next]()
}
