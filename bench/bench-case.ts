/** A command as a program and its arguments; `shell` ones are a line for sh. */
export type BenchCommand =
  | { readonly kind: 'program'; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: 'shell'; readonly line: string }

/** What a comparison should reach (performance targets are ratios Platter / peer, or seconds). */
export type Target =
  | { readonly kind: 'ratio'; readonly atMost: number }
  | { readonly kind: 'seconds'; readonly atMost: number }
  | { readonly kind: 'none' }

/** Two commands that do the same work on the same images. */
export interface Comparison {
  readonly kind: 'comparison'
  readonly ours: BenchCommand
  readonly peer: BenchCommand
  /** What the peer is, for the table: `qemu-img check`. */
  readonly peerName: string
  /** Puts the images back as they were, before each run of a side; not timed. */
  readonly before?: (side: Side) => Promise<void>
  /** Flushes and the most disk space that each side takes are part of the figures. */
  readonly measuresDisk?: boolean
}

export type Side = 'ours' | 'peer'

/** Work without a peer, measured inside this process: only its own target counts. */
export interface InProcess {
  readonly kind: 'in-process'
  readonly seconds: () => Promise<number>
}

/** Both sides inside this process, one after the other; of each one figure in seconds. */
export interface InProcessPair {
  readonly kind: 'in-process-pair'
  readonly peerName: string
  readonly pair: () => Promise<Readonly<Record<Side, number>>>
}

export type BenchWork = Comparison | InProcess | InProcessPair

/** One case: named by the shape of its images, which it makes itself. */
export interface BenchCase {
  readonly name: string
  readonly target: Target
  /** Peak memory ours may take, where a target says so. */
  readonly memoryLimitMiB?: number
  readonly prepare: (folder: string, options: PrepareOptions) => Promise<BenchWork>
}

export interface PrepareOptions {
  /** Smaller images where the full ones take minutes. */
  readonly isQuick: boolean
}

export const program = (name: string, ...args: string[]): BenchCommand => ({
  kind: 'program',
  program: name,
  args,
})

export const shell = (line: string): BenchCommand => ({ kind: 'shell', line })
