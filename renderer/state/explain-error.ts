import type { ErrorData } from '../../ipc/schemas/error.ts'
import { foreign } from '../texts/texts.ts'

/** An error's sentences as the window shows them. They come from the engine's catalogue, with the error. */
export function explain({ explanation }: Pick<ErrorData, 'explanation'>): ErrorData['explanation'] {
  const { title, detail, safety, advice } = explanation
  return {
    title: foreign(title),
    detail: foreign(detail),
    safety: foreign(safety),
    advice: foreign(advice),
  }
}
