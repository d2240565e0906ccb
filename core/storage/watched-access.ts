import { ImageError } from '../errors/image-error.ts'
import type { AccessFacts, AccessSink } from './file-access.ts'

/** Makes an access and tells of it, whether it succeeds or throws. */
export function watchNow<Answer>(
  sink: AccessSink,
  facts: AccessFacts,
  access: () => Answer,
): Answer {
  const startedAt = performance.now()
  const tell = (failure?: string): void =>
    sink({ ...facts, startedAt, durationMs: performance.now() - startedAt, failure })
  let answer: Answer
  try {
    answer = access()
  } catch (error) {
    tell(reasonOf(error))
    throw error
  }
  tell(answer === 'unsupported' ? 'unsupported' : undefined)
  return answer
}

/**
 * As `watchNow`, for what ends later. `access` is called before this returns, so that what gathers
 * requests of one turn still finds them in one.
 */
export function watch<Answer>(
  sink: AccessSink,
  facts: AccessFacts,
  access: () => Promise<Answer>,
): Promise<Answer> {
  const startedAt = performance.now()
  const tell = (failure?: string): void =>
    sink({ ...facts, startedAt, durationMs: performance.now() - startedAt, failure })
  return access().then(
    (answer) => {
      tell()
      return answer
    },
    (error: unknown) => {
      tell(reasonOf(error))
      throw error
    },
  )
}

const reasonOf = (error: unknown): string =>
  error instanceof ImageError ? error.reason : String(error)
