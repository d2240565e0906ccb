/**
 * What the process answers. 0 to 3 and 63 are what `qemu-img check` answers (qemu-img(1)), 64 and 75
 * are EX_USAGE and EX_TEMPFAIL of sysexits(3), 128 + n is a shell's word for "ended by signal n".
 */
export const exitCodes = {
  fine: 0,
  /** Could not be done: unreadable, not an image, a digest that does not match. */
  failed: 1,
  corruption: 2,
  leaks: 3,
  /** The format has nothing to check. */
  notCheckable: 63,
  usage: 64,
  /** Refused because someone else has the image open. */
  inUse: 75,
  interrupted: 130,
  /** The reader of our output went away (128 + SIGPIPE). */
  outputClosed: 141,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/**
 * Least to worst, for runs over several images: a batch answers with the worst of its images. A known
 * corruption outweighs an image nobody could look at, and an end that was asked for outweighs both.
 */
const bySeverity: readonly ExitCode[] = [
  exitCodes.fine,
  exitCodes.notCheckable,
  exitCodes.leaks,
  exitCodes.inUse,
  exitCodes.failed,
  exitCodes.corruption,
  exitCodes.usage,
  exitCodes.outputClosed,
  exitCodes.interrupted,
  exitCodes.terminated,
]

export const worst = (codes: Iterable<ExitCode>): ExitCode => {
  let found: ExitCode = exitCodes.fine
  for (const code of codes) {
    if (bySeverity.indexOf(code) > bySeverity.indexOf(found)) found = code
  }
  return found
}
