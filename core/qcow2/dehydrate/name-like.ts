/** Whether bytes can be a name that a person or a program gave: text in one line, UTF-8. */
export function isNameLike(bytes: Uint8Array): boolean {
  try {
    return !control.test(decoder.decode(bytes))
  } catch {
    return false
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const control = /\p{Cc}/u
