/** Markup that is safe to put into a page: only `fragment` and `join` make it, so text is always escaped. */
export interface Markup {
  readonly markup: string
}

type Value = string | number | Markup

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string =>
  // Control characters and bidirectional overrides could make a file name read as another one.
  text
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)

/** A template whose values are escaped unless they are markup already. */
export function fragment(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let markup = parts[0] ?? ''
  for (const [index, value] of values.entries()) {
    markup += typeof value === 'object' ? value.markup : escaped(String(value))
    markup += parts[index + 1] ?? ''
  }
  return { markup }
}

export const join = (pieces: readonly Markup[]): Markup => ({
  markup: pieces.map((piece) => piece.markup).join('\n'),
})

export const nothing: Markup = { markup: '' }
