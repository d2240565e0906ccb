import type { ImageStamp } from './image-stamp.ts'

/** What an image says of its backing file. */
export interface BackingLink {
  /** As it stands in the image. */
  readonly name: string
  /** undefined: not said; readers look at the file then. */
  readonly format?: string | undefined
}

/** Why the new backing file may not be the right one. */
export interface RelinkWarning {
  readonly kind:
    /** The file that the image names now is there, and is another one. */
    | 'old-still-there'
    /** The disk in it ends before the image's: zeroes are read past that. */
    | 'smaller'
    | 'larger'
    /** It was written after the image last was. */
    | 'changed-later'
    /** It starts like an image, and would be read as raw. */
    | 'looks-different'
    /** Something below it cannot be opened. */
    | 'chain-incomplete'
  readonly text: string
}

/** What naming another backing file means; nothing but the header changes. */
export interface RelinkPlan {
  readonly path: string
  readonly before: BackingLink
  readonly after: BackingLink
  /** Absolute path of what the new name means. */
  readonly target: string
  /** Virtual sizes in bytes; `backing` is undefined where the new file was not looked at. */
  readonly virtualSize: number
  readonly backingSize: number | undefined
  readonly warnings: readonly RelinkWarning[]
  readonly stamp: ImageStamp
}

export interface RelinkResult {
  readonly path: string
  readonly before: BackingLink
  readonly after: BackingLink
}
