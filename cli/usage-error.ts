/** The command line itself was wrong: exit code 64, with one sentence on what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** Whose options or operands they are, when it is known. */
  readonly verb: string | undefined

  constructor(
    message: string,
    { verb, ...options }: ErrorOptions & { readonly verb?: string | undefined } = {},
  ) {
    super(message, options)
    this.verb = verb
  }
}
