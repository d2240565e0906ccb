import type { MetadataNames } from '../qcow2/dehydrate/names.ts'
import type { LeftOut } from '../qcow2/dehydrate/metadata-pieces.ts'
import type { CheckVerdict } from './check-result.ts'

export type { LeftOut, MetadataNames }

/** What a check says in short: of an image, and of its metadata alone. */
export interface Judgement {
  readonly verdict: CheckVerdict
  readonly corruptions: number
  readonly leaks: number
  readonly checkErrors: number
  readonly warnings: number
}

export interface DehydrateResult {
  readonly path: string
  /** What was written: one container, or `.meta` and `.map`. */
  readonly files: readonly string[]
  /** Length of the image. */
  readonly imageBytes: number
  /** Bytes of metadata that were taken out. */
  readonly metadataBytes: number
  /** Bytes of all that was written. */
  readonly writtenBytes: number
  readonly ranges: number
  /** A check of the metadata alone finds what a check of the image finds: it was done, on what was written. */
  readonly judgedTheSame: boolean
  readonly image: Judgement
  readonly dehydrated: Judgement
  /** What a check reads and what is not handed out, at most 1,000 of them. */
  readonly leftOut: readonly LeftOut[]
  readonly leftOutCount: number
  /** Names of people and files in what was written, as they are there. */
  readonly names: MetadataNames
  readonly anonymized: boolean
  /** The image was open for writing elsewhere: what was written may mix two states. */
  readonly live: boolean
}

export interface RehydrateResult {
  /** The container, or the `.map` file. */
  readonly source: string
  readonly path: string
  /** Another file had the name before. */
  readonly replaced: boolean
  readonly imageBytes: number
  readonly metadataBytes: number
  /** Bytes that the host stores for the new file; undefined where it does not tell. */
  readonly allocatedBytes: number | undefined
  /** What the container says of itself; undefined for the form with two files, which does not say. */
  readonly judgedTheSame: boolean | undefined
  readonly anonymized: boolean | undefined
  readonly live: boolean | undefined
}
