/** Source lines of a page are short, and a sentence begins a new one: roff knows its end by that. */
const lineLength = 76

/**
 * Paragraphs of text for man(7), which takes a backslash, and a dot or an apostrophe at the start of a line,
 * for its own.
 */
export const roffText = (text: string): string =>
  text
    .split(/\n|(?<=[.!?]) (?=[A-Z"])/)
    .flatMap((sentence) => wrapped(sentence))
    .map((line) =>
      line
        .replaceAll('\\', String.raw`\e`)
        .replace(/^(?=[.'])/, String.raw`\&`)
        // An option is typed with hyphens, which a page that is printed would make dashes of.
        .replaceAll(/(?<![\w-])-+(?=\w)[\w-]*/g, (option) => literal(option)),
    )
    .join('\n')

function wrapped(sentence: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of sentence.split(' ')) {
    if (line !== '' && line.length + word.length >= lineLength) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Typed exactly so. */
export const literal = (text: string): string => text.replaceAll('-', String.raw`\-`)

export const bold = (text: string): string => String.raw`\fB${literal(text)}\fR`

export const italic = (text: string): string => String.raw`\fI${literal(text)}\fR`

/** A macro's argument. */
export const argument = (text: string): string => `"${text.replaceAll('"', '""')}"`
