/**
 * What differs from run to run stands in a transcript as a placeholder. One that is written by hand stays
 * when the output fits it.
 */
const placeholders: Readonly<Record<string, string>> = {
  /** A size, with its unit or without. */
  '<bytes>': String.raw`[\d.,]+(?: ?(?:B|bytes|[KMGTPE]iB))?`,
  '<number>': String.raw`[\d.,]+`,
  '<time>': String.raw`[\d.,]+ ?(?:ms|s|min|h)`,
  '<date>': String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?UTC)?`,
  '<id>': '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '<digest>': '[0-9a-f]{40,128}',
  /** Whatever else is on the line. */
  '<...>': '.*',
}

/** Stands for any number of lines. */
const anyLines = '<lines>'

/** Replaced wherever they appear, because they are never the same twice. Order matters. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [new RegExp(placeholders['<id>'] ?? '', 'g'), '<id>'],
  [new RegExp(placeholders['<date>'] ?? '', 'g'), '<date>'],
  [/\b\d+(?:\.\d+)? (?:ms|s)\b/g, '<time>'],
  [/\bPID \d+/g, 'PID <number>'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<number>'],
  // How much of a file is on the disk is for the file system to say; so is what was read of its holes.
  [/(?<=^ +On disk +)\S.*/g, '<...>'],
  [/(?<=^ +(?:Work|Read) +)\S.*/g, '<...>'],
  [/(?<="(?:actual-size|allocatedBytes|createdAt)": )\d+/g, '<number>'],
  [/(?<=^ +"modified-at": ").*(?=",)/g, '<...>'],
  [/[\d.]+ (?:B|[KMGT]iB)(?= given back)/g, '<bytes>'],
]

const withPlaceholders = (line: string): string =>
  volatile.reduce((text, [pattern, placeholder]) => text.replaceAll(pattern, placeholder), line)

const fits = (pattern: string, line: string): boolean =>
  pattern === line || (pattern.includes('<') && expressionOf(pattern).test(line))

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(<[a-z.]+>)/).map((part) => {
    const known = placeholders[part]
    if (known !== undefined) return `(?:${known})`
    // A column is as wide as what is in it, so beside a placeholder its padding differs, too.
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/ {2,}/g, ' +')
  })
  return new RegExp(`^${parts.join('')}$`)
}

/**
 * The lines that came, as the transcript says them: `expected` itself where they fit it, and where not,
 * the new line with what is volatile replaced.
 */
export function reconcile(expected: readonly string[], actual: readonly string[]): string[] {
  // longest[e][a]: how many lines from expected[e] on can be kept for what came from actual[a] on.
  const longest = Array.from({ length: expected.length + 1 }, () =>
    Array.from({ length: actual.length + 1 }, () => 0),
  )
  const at = (e: number, a: number): number => longest[e]?.[a] ?? 0
  const row = (e: number): number[] => longest[e] ?? []
  for (let e = expected.length - 1; e >= 0; e--) {
    const pattern = expected[e] ?? ''
    const isAny = pattern === anyLines
    // One that stands for nothing is kept all the same.
    row(e)[actual.length] = at(e + 1, actual.length) + (isAny ? 1 : 0)
    for (let a = actual.length - 1; a >= 0; a--) {
      const kept = isAny
        ? 1 + at(e + 1, a)
        : fits(pattern, actual[a] ?? '')
          ? 1 + at(e + 1, a + 1)
          : at(e + 1, a)
      row(e)[a] = Math.max(kept, at(e, a + 1))
    }
  }
  const lines: string[] = []
  let e = 0
  let a = 0
  while (e < expected.length || a < actual.length) {
    const pattern = expected[e]
    const line = actual[a]
    if (pattern === anyLines) {
      // Takes lines as long as what follows can still be kept as well.
      if (line !== undefined && at(e, a + 1) === at(e, a)) a++
      else {
        lines.push(pattern)
        e++
      }
    } else if (
      pattern !== undefined &&
      line !== undefined &&
      fits(pattern, line) &&
      at(e, a) === 1 + at(e + 1, a + 1)
    ) {
      lines.push(pattern)
      e++
      a++
    } else if (line !== undefined && (pattern === undefined || at(e, a + 1) >= at(e + 1, a))) {
      lines.push(withPlaceholders(line))
      a++
    } else e++
  }
  return lines
}
