/** The command line itself was wrong: exit code 64, with one sentence on what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
