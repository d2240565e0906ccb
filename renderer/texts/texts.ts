import type { Settings } from '../../ipc/schemas/app.ts'
import { english } from './en/index.ts'
import { pseudoTexts } from './pseudo.ts'

type Language = Settings['language']

/** What every language has; English is complete and says what there is. */
export type Texts = typeof english

let language: Language = 'en'
/** Counts the changes of the language: what was made for one before is made anew. */
let change = 0

/** Ask while drawing or answering, never keep what it says: the window draws everything anew then. */
export function setLanguage(next: Language): void {
  if (next === language) return
  language = next
  change += 1
}

/** Texts of one area by language; the made-up language is made of English. */
export type Area<Catalogue> = Readonly<Record<Exclude<Language, 'en-XA'>, Catalogue>>

/**
 * How a part of the window asks for its texts in the language that is set. What a dialog alone says is an area of its
 * own, which comes with the dialog's code and not with the window's first files.
 */
export function inLanguage<Catalogue>(area: Area<Catalogue>): () => Catalogue {
  let current = area.en
  let madeFor = -1
  return () => {
    if (madeFor !== change) {
      current = language === 'en-XA' ? pseudoTexts(area.en) : area[language]
      madeFor = change
    }
    return current
  }
}

/** What the window says from its start on, and what several of its parts say. */
export const texts = inLanguage<Texts>({ en: english })

/** A sentence that has no catalogue here (errors of the engine, words of another program), so that it is not taken for one that was forgotten. */
export const foreign = (sentence: string): string =>
  language === 'en-XA' ? pseudoTexts(sentence) : sentence
