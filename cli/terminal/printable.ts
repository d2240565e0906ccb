/**
 * Text from files and images as a terminal may show it: control characters (which could move the
 * cursor or retitle the window) and bidirectional overrides (which could make one name look like
 * another) become \x1b or \u202e in letters.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
