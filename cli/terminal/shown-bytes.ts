/**
 * A name whose bytes are no UTF-8, for people: what is beyond ASCII or controls a terminal is `<e9>`. No
 * backslash, which could be taken for one between folders.
 */
export const shownBytes = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e
        ? `<${byte.toString(16).padStart(2, '0')}>`
        : String.fromCharCode(byte),
    )
    .join('')
