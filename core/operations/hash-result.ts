export const hashAlgorithms = ['sha256', 'sha1', 'sha512'] as const
export type HashAlgorithm = (typeof hashAlgorithms)[number]

/**
 * `content`: what a guest would read, equal for every format that holds the same disk.
 * `file`: the image file's own bytes, what `sha256sum IMAGE` prints.
 */
export type HashTarget = 'content' | 'file'

export interface HashResult {
  readonly path: string
  readonly algorithm: HashAlgorithm
  readonly target: HashTarget
  /** Lower-case hexadecimal. */
  readonly digest: string
  /** Bytes that went into the digest. */
  readonly bytes: number
  /** Bytes really read from files; holes and zero clusters cost none. */
  readonly bytesRead: number
  /** The image was open for writing elsewhere while it was hashed. */
  readonly live: boolean
}
