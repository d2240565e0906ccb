import type { IoTag } from './io-tag.ts'

/**
 * What can be done to a file or to its name. `hold` and `create` lock the file as well: as a reader, or
 * as a writer.
 */
export type FileAction =
  | 'open'
  | 'hold'
  | 'hold-writing'
  | 'create'
  | 'close'
  | 'read'
  | 'write'
  | 'flush'
  | 'truncate'
  | 'punch'
  | 'allocate'
  | 'read-use'
  | 'remove'
  | 'rename'
  | 'add-name'
  | 'copy-attributes'
  | 'flush-folder'

/** One access to a file, told when it has ended. */
export interface FileAccess {
  readonly action: FileAction
  /** The path the file was opened by; of a folder or a name, that path. */
  readonly file: string
  /** What it was for; of reads and writes. */
  readonly tag?: IoTag | undefined
  /** First byte; of `truncate`, the new length. */
  readonly offset?: number | undefined
  /** Bytes. */
  readonly length?: number | undefined
  /** The other name, where there is one. */
  readonly to?: string | undefined
  /** When it began and how long it took, in milliseconds of `performance.now()`. */
  readonly startedAt: number
  readonly durationMs: number
  /** Why it failed; `unsupported` where the host does not offer it. */
  readonly failure?: string | undefined
}

/** Hears of every access. Called in the middle of one: it must not throw and should be quick. */
export type AccessSink = (access: FileAccess) => void

/** What is known of an access before it is made. */
export type AccessFacts = Omit<FileAccess, 'startedAt' | 'durationMs' | 'failure'>
