import type { ReadOptions } from '../engine.ts'
import type { ByteSink } from '../storage/byte-sink.ts'

/** Where the content of a disk goes. */
export type DecodeTarget =
  | {
      readonly kind: 'file'
      readonly path: string
      /** Default false: a file that has the name already stays, and nothing is made. */
      readonly overwrite?: boolean | undefined
    }
  | { readonly kind: 'sink'; readonly sink: ByteSink }

export interface DecodeOptions extends ReadOptions {
  /** Id or name of an internal snapshot; where one is called as another is numbered, the id counts, as in QEMU. */
  readonly snapshot?: string | undefined
}

/** A raw file that was made. */
export interface RawFileMade {
  /** Absolute; of a file that was replaced, with every symbolic link followed. */
  readonly path: string
  /** Whether another file had the name before. */
  readonly replaced: boolean
  readonly fileLength: number
  /** undefined where the host does not tell. */
  readonly allocatedBytes: number | undefined
}

export interface DecodeResult {
  /** What was read. */
  readonly path: string
  readonly virtualSize: number
  /** From all files of the chain, or from the stream. */
  readonly bytesRead: number
  /** To a file: what is no hole in it. To a sink: all of it. */
  readonly bytesWritten: number
  /** undefined when the content went into a sink. */
  readonly target: RawFileMade | undefined
}
