/** How wide text is on a terminal, and how to fit it: whole characters as people see them. */
let segmenter: Intl.Segmenter | undefined

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u

/** East Asian wide characters and emoji take two columns, combining marks none of their own. */
export function columnsOf(text: string): number {
  // Most names are ASCII, and a table asks for every cell of ten thousand rows.
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  return charactersOf(text).reduce((sum, character) => sum + columnsOfOne(character), 0)
}

function charactersOf(text: string): string[] {
  // Making one takes longer than all else a short run does, and most text is ASCII.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

const columnsOfOne = (character: string): number => (wide.test(character) ? 2 : 1)

/** Cuts what does not fit at the end. */
export function withoutEnd(text: string, room: number): string {
  return columnsOf(text) <= room ? text : startOf(charactersOf(text), room)
}

/** Keeps both ends, with one character for what is missing: a path's name is at its end. */
export function withoutMiddle(text: string, room: number): string {
  if (columnsOf(text) <= room) return text
  const characters = charactersOf(text)
  const tail = Math.ceil((room - 1) * 0.6)
  const start = startOf(characters, room - 1 - tail)
  const end = startOf(characters.toReversed(), tail)
  return `${start}…${charactersOf(end).toReversed().join('')}`
}

function startOf(characters: readonly string[], room: number): string {
  let used = 0
  let start = ''
  for (const character of characters) {
    used += columnsOfOne(character)
    if (used > room) break
    start += character
  }
  return start
}
