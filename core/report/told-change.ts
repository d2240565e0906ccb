import type { DoneChange } from '../operations/done-change.ts'

/** One thing that is worth knowing of what was done; numbers stay numbers, each surface writes them its way. */
export type ToldFact =
  | { readonly label: string; readonly bytes: number }
  | { readonly label: string; readonly count: number }
  | { readonly label: string; readonly text: string }

/** What is said and remembered of a change that was made; the same whoever asked for it. */
export interface ToldChange {
  /** One sentence without a full stop, such as "1.2 GiB given back, in place". */
  readonly summary: string
  readonly facts: readonly ToldFact[]
  /** What takes it back needs to know; undefined for what nothing takes back. */
  readonly undo?: DoneChange | undefined
}

/** Labels of facts that an undo looks for later; their values are texts. */
export const undoLabels = {
  /** Of an undo: the id of what was undone. */
  undone: 'Undone',
  /** Of a repair: absolute path of the file that takes it back. */
  safetyCopy: 'Safety copy',
  /** Of a repair: what was wrong, in the words of `countWords`. */
  damageBefore: 'Before',
} as const

/** As a sentence begins: the same words stand behind a file name elsewhere. */
export const asSentence = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}`
