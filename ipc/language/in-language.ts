import type { Settings } from '../schemas/app.ts'
import { pseudoTexts } from './pseudo-texts.ts'

type Language = Settings['language']

let language: Language = 'en'
/** Counts the changes of the language: what was made for one before is made anew. */
let change = 0

/** Of this process: the window sets its own, the app around it its own, each to what the settings say. */
export function setLanguage(next: Language): void {
  if (next === language) return
  language = next
  change += 1
}

/** Texts of one area by language; the made-up language is made of English. */
export type Area<Catalogue> = Readonly<Record<Exclude<Language, 'en-XA'>, Catalogue>>

/**
 * How a part asks for its texts in the language that is set: while drawing or answering, never before, because what it
 * was told then would stay as it was. What a dialog alone says is an area of its own, which comes with its code.
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

/**
 * A sentence that no catalogue of ours has (errors and findings of the engine, words of another program), so that it is
 * not taken for one that was forgotten.
 */
export const foreign = (sentence: string): string =>
  language === 'en-XA' ? pseudoTexts(sentence) : sentence
