/**
 * English made longer by two fifths and strange, so that a text that is cut off, or that is in no catalogue, can be
 * seen. Works on every catalogue of strings, functions that make strings, and groups of both.
 */
export function pseudoTexts<Catalogue>(catalogue: Catalogue): Catalogue {
  // The same shape comes back, with each string exchanged: what a mapped type cannot say of functions.
  return exchange(catalogue) as Catalogue
}

function exchange(value: unknown): unknown {
  if (typeof value === 'string') return stretch(value)
  if (typeof value === 'function') {
    return (...given: readonly unknown[]): unknown => exchange(value(...given))
  }
  if (Array.isArray(value)) return value.map(exchange)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, exchange(part)]))
  }
  return value
}

const plain = 'aeiouAEIOUcn'
const accented = 'àèìòùÀÈÌÒÙçñ'

/** What was stretched before, as part of a longer text: two texts in one are not stretched twice. */
const stretched = /\[([^[\]]*?)~[~ ]*\]/gu

function stretch(text: string): string {
  if (text.trim() === '') return text
  const bare = text.replaceAll(stretched, '$1')
  const strange = bare.replaceAll(/[aeiouAEIOUcn]/g, (letter) =>
    accented.charAt(plain.indexOf(letter)),
  )
  return `[${strange}${longer(bare.length)}]`
}

/** Two fifths of so many characters, in words of a usual length: a text of many words must break as they do. */
function longer(length: number): string {
  const waves = '~'.repeat(Math.ceil(length * 0.4))
  return waves.replaceAll(/~{7}(?=~)/g, '$& ')
}
