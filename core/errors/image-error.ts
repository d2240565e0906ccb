import { catalogue, type Reason } from './catalogue.ts'
import type { CatalogueEntry, ErrorContext, ErrorKind, Explanation } from './explanation.ts'

/** An ImageError as plain data: what crosses threads, IPC and `--json`. */
export interface ImageErrorData {
  readonly reason: Reason
  readonly kind: ErrorKind
  readonly code: string
  readonly context: ErrorContext
  readonly explanation: Explanation
  /** Messages of the causes, outermost first; for details and logs, never for the headline. */
  readonly causes: readonly string[]
}

/**
 * The one error of the engine and the services. `reason` says what happened (a key of the catalogue),
 * `kind` is the small stable set that callers branch on, `code` the number people quote, `context`
 * the facts (which file, where, how much). Sentences for people come from the catalogue, so that
 * window, command line and web say the same.
 */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  readonly reason: Reason
  readonly context: ErrorContext

  constructor(reason: Reason, context: ErrorContext = {}, options?: ErrorOptions) {
    super('', options)
    this.reason = reason
    this.context = context
    this.message = this.explanation.title
  }

  get kind(): ErrorKind {
    return catalogue[this.reason].kind
  }

  /** `PLT-` and a number that never changes its meaning. */
  get code(): string {
    return `PLT-${catalogue[this.reason].number}`
  }

  /** What happened, that nothing was changed, what to do. */
  get explanation(): Explanation {
    const entry: CatalogueEntry = catalogue[this.reason]
    return {
      title: entry.title(this.context),
      detail: entry.detail(this.context),
      safety: entry.safety ?? 'Nothing was changed.',
      advice: entry.advice(this.context),
    }
  }

  /** The same error with facts that an outer layer knows (usually the path); inner facts win. */
  with(context: ErrorContext): ImageError {
    return new ImageError(this.reason, { ...context, ...this.context }, { cause: this.cause })
  }

  toJSON(): ImageErrorData {
    return {
      reason: this.reason,
      kind: this.kind,
      code: this.code,
      context: this.context,
      explanation: this.explanation,
      causes: causesOf(this.cause),
    }
  }

  static fromJSON(data: Pick<ImageErrorData, 'reason' | 'context' | 'causes'>): ImageError {
    const cause = data.causes.reduceRight<Error | undefined>(
      (inner, message) => new Error(message, inner === undefined ? {} : { cause: inner }),
      undefined,
    )
    return new ImageError(data.reason, data.context, cause === undefined ? {} : { cause })
  }

  /** Any thrown value as an ImageError; what we did not expect becomes `internal` with its cause kept. */
  static from(thrown: unknown, context: ErrorContext = {}): ImageError {
    if (thrown instanceof ImageError) return thrown.with(context)
    if (isSuppressed(thrown)) return ImageError.from(thrown.suppressed, context)
    return new ImageError('internal', context, { cause: thrown })
  }
}

/**
 * When work fails and then closing what it worked on fails as well, the work's failure is what people need
 * to know. By name: older runtimes have no such class, and compiled `using` brings its own.
 */
const isSuppressed = (thrown: unknown): thrown is { readonly suppressed: unknown } =>
  thrown instanceof Error && thrown.name === 'SuppressedError' && 'suppressed' in thrown

function causesOf(cause: unknown): string[] {
  const messages: string[] = []
  for (let at = cause, depth = 0; at !== undefined && at !== null && depth < 8; depth++) {
    messages.push(at instanceof Error ? at.message : JSON.stringify(at))
    at = at instanceof Error ? at.cause : undefined
  }
  return messages
}
