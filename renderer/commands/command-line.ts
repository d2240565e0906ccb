/** Words as one line for a shell: POSIX, or PowerShell and cmd on Windows. */
export function commandLine(words: readonly string[], windows: boolean): string {
  return words.map((word) => (windows ? quoteForWindows(word) : quoteForPosix(word))).join(' ')
}

function quoteForPosix(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  // Inside single quotes nothing is special but the quote itself.
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** A Windows file name holds no double quote, so wrapping is enough. */
function quoteForWindows(word: string): string {
  return /^[\w@+=:,.\\/-]+$/.test(word) ? word : `"${word}"`
}
