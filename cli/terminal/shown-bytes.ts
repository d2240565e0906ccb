/**
 * A name whose bytes are no UTF-8, for people: what is beyond ASCII or controls a terminal is `\xe9`, as it is
 * between `$'` and `'` in a shell.
 */
export const shownBytes = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e
        ? String.raw`\x${byte.toString(16).padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    .join('')
