import { ImageError } from '../../core/errors/image-error.ts'

/** The error that ends some work, whose words are fit for people. Throws when nothing, or anything else, does. */
export async function refusalOf(work: () => Promise<unknown>): Promise<ImageError> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    const words = Object.values(error.explanation).join(' ')
    if (/undefined|NaN/.test(words)) throw new Error(`said: ${words}`, { cause: error })
    return error
  }
  throw new Error('nothing was refused')
}
