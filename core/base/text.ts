const decoder = new TextDecoder('utf-8')
const encoder = new TextEncoder()

/** A name found in an image: UTF-8 up to the first NUL, as QEMU reads it. Bytes that are no text become U+FFFD. */
export function decodeName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end))
}

export const encodeName = (name: string): Uint8Array => encoder.encode(name)

/**
 * Names inside images are untrusted: control characters could move a terminal's cursor, and the
 * bidirectional ones could make a name read as another.
 */
export const printable = (name: string): string =>
  name.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
