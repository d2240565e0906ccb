/** How the window words what it says: product rules for titles, buttons, numbers and plurals. */
import { beforeAll, describe, expect, it } from 'vitest'
import { saidTexts, type SaidText } from './said-texts.ts'

let said: readonly SaidText[] = []

beforeAll(async () => {
  said = await saidTexts()
}, 60_000)

/** The texts that break a rule, as a person looks for them. */
const thatMatch = (breaks: (text: SaidText) => boolean): string[] => [
  ...new Set(
    said.filter(breaks).map(({ place, text, facts }) => {
      const given = facts.length === 0 ? '' : ` of ${JSON.stringify(facts)}`
      return `${place}${given}: ${text}`
    }),
  ),
]

describe('what the window says', () => {
  it('is asked for whole: every area, every function', () => {
    expect(said.length).toBeGreaterThan(1500)
    expect(new Set(said.map(({ place }) => place.split('.')[0])).size).toBeGreaterThan(20)
  })

  it('never lets out a value that is missing or no text', () => {
    expect(
      thatMatch(({ text }) => /\b(?:undefined|NaN|null|Infinity)\b|\[object|=>/.test(text)),
    ).toEqual([])
  })

  it('never speaks of an unknown error, of another process, or of ignoring something', () => {
    expect(thatMatch(({ text }) => /unknown error|another process|\bignore\b/i.test(text))).toEqual(
      [],
    )
  })

  it('has no button that says OK, and no answer that does not say what it does', () => {
    expect(
      thatMatch(
        ({ text, place }) =>
          /^(?:ok|okay|yes|no|submit|proceed)\.?$/i.test(text) && !isOfCells(place),
      ),
    ).toEqual([])
  })

  it('keeps titles within 60 characters, whatever short name is in them', () => {
    expect(thatMatch(({ key, text }) => /^title|Title$/.test(key) && text.length > 60)).toEqual([])
  })

  it('ends titles and buttons without a full stop, and sentences with one', () => {
    expect(
      thatMatch(({ key, text }) => /^title|Title$|^verb/.test(key) && /[^.]\.$/.test(text)),
    ).toEqual([])
    expect(
      thatMatch(({ text }) => /\. \p{Lu}.{20,}[\p{Ll}\d”)]$/u.test(text) && !text.includes(':')),
    ).toEqual([])
  })

  it('begins buttons with a verb', () => {
    expect(thatMatch(({ key, text }) => key.startsWith('verb') && !beginsWithVerb(text))).toEqual(
      [],
    )
  })

  it('says one of what is one, and many of what are many', () => {
    expect(
      thatMatch(({ text }) =>
        /(?<![\d.,/])1 (?!(?:less|ms|digits|does|was|is|has|as|this|holds|keeps|needs|uses|takes)\b)\p{Ll}+(?<!s)s\b/u.test(
          text,
        ),
      ),
    ).toEqual([])
    expect(
      thatMatch(({ text }) =>
        /\b1 image (?:are|have|were|do|hold|keep|need|use|take|wait|differ|stay|lie|belong|build|share)\b/.test(
          text,
        ),
      ),
    ).toEqual([])
    expect(
      thatMatch(({ text }) =>
        /\b(?:3 images|2 \p{Ll}+s) (?:is|has|was|does|holds|keeps|needs|uses|takes|waits|differs|stays|lies|belongs|builds)\b/u.test(
          text,
        ),
      ),
    ).toEqual([])
    expect(
      thatMatch(({ text }) =>
        /\b2 (?:image|file|snapshot|cluster|folder|place|thing|problem|job|second|minute|hour|day)\b/.test(
          text,
        ),
      ),
    ).toEqual([])
  })

  it('writes no space twice, and none before a full stop or a comma', () => {
    expect(
      thatMatch(({ text, place }) => !isOfKeys(place) && /\S {2}\S| [.,;!?](?:\s|$)/.test(text)),
    ).toEqual([])
  })

  it('writes dots and quotation marks as print does', () => {
    expect(
      thatMatch(
        ({ text, place }) =>
          !isOfKeys(place) && /\.\.\.|(?<!=)"(?![;)])|(?<=\p{L})'(?=\p{L})/u.test(text),
      ),
    ).toEqual([])
  })
})

/** Values in the table are answers to no question. */
const isOfCells = (place: string): boolean => /cells|details\.(?:yes|no)$/.test(place)
/** Keys and signs that stand beside each other. */
const isOfKeys = (place: string): boolean => /^shortcuts\.listKeys\.|nameCharacters$/.test(place)

const verbs = new Set(
  'Add Apply Change Check Choose Clear Close Compact Compute Continue Copy Create Cut Delete Dismiss Empty Forget Free Give Grow Hash Keep Leave Locate Look Make Map Move Open Pause Plan Put Refresh Remove Rename Repair Reset Resize Restore Resume Save Search Select Set Show Shrink Start Stop Take Trust Try Undo Use'.split(
    ' ',
  ),
)
const beginsWithVerb = (text: string): boolean => verbs.has(text.split(/[\s,:…]/)[0] ?? '')
