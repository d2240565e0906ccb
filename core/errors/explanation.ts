/** The closed set that programs branch on. New detail is a new reason, never a new kind. */
export type ErrorKind =
  | 'io'
  | 'not-found'
  | 'permission'
  | 'locked'
  | 'read-only'
  | 'no-space'
  | 'invalid-format'
  | 'unsupported'
  | 'corrupt'
  | 'out-of-range'
  | 'invalid-argument'
  | 'refused-link'
  | 'cancelled'
  | 'internal'

/**
 * The facts of an error. Values are plain data; numbers are bytes unless the reason says otherwise.
 * A type and not an interface, so that it fits the contract's record of strings and numbers.
 */
export type ErrorContext = {
  /** The file the person asked about or that an image names. */
  readonly path?: string
  /** The part of the file: `header`, `L1 table`, `refcount block`… */
  readonly structure?: string
  /** Host offset in bytes. */
  readonly offset?: number
  /** Guest offset in bytes. */
  readonly guestOffset?: number
  readonly field?: string
  readonly expected?: string | number
  readonly found?: string | number
  readonly limit?: number
  /** A name found inside an image (backing file, data file): data, never opened without the gate. */
  readonly link?: string
  readonly format?: string
  readonly feature?: string
  /** Errno name such as EACCES. */
  readonly errno?: string
  readonly holder?: string
  readonly id?: string
}

/** One error in words, in the order people need them. */
export interface Explanation {
  /** At most about 60 characters plus the file's name. */
  readonly title: string
  /** What is wrong and where, with numbers in pairs (expected and found). */
  readonly detail: string
  readonly safety: string
  /** What to do next. */
  readonly advice: string
}

/** One row of the catalogue. */
export interface CatalogueEntry {
  readonly kind: ErrorKind
  /** Stable for ever; printed as PLT-nnnn. */
  readonly number: number
  readonly title: (context: ErrorContext) => string
  readonly detail: (context: ErrorContext) => string
  readonly advice: (context: ErrorContext) => string
  /** Default: "Nothing was changed." */
  readonly safety?: string
}

/** The file's own name, for headlines; the whole path belongs in the detail. */
export const nameOf = ({ path }: ErrorContext): string =>
  path === undefined ? 'the file' : (path.split(separators(path)).at(-1) ?? path)

/** In a path that starts with a slash a backslash is a letter like any other. */
const separators = (path: string): RegExp => (path.startsWith('/') ? /\// : /[\\/]/)

/** A byte position as people quote it: hexadecimal, so that it can be found in a dump. */
export const at = (offset: number | undefined): string =>
  offset === undefined ? 'an unknown offset' : `offset 0x${offset.toString(16)}`
