import { ImageError } from '../../errors/image-error.ts'
import type { Reason } from '../../errors/catalogue.ts'
import { CheckStopped, TooMuchMetadata } from '../check/subject.ts'

/** What ended a walk over the tables, as an error for people; other errors as they are. */
export function explainStop(
  error: unknown,
  path: string,
  reason: Extract<Reason, 'repair-first' | 'repair-impossible'>,
): unknown {
  if (error instanceof CheckStopped) {
    return new ImageError(reason, { path, structure: error.message, found: 'cannot be followed' })
  }
  if (error instanceof TooMuchMetadata) {
    const found = 'overlap too much to be followed'
    return new ImageError(reason, { path, structure: 'tables', found })
  }
  return error
}
