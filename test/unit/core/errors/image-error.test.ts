import { expect, it } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'

it('names the failure of the work when closing fails as well', async () => {
  const work = async () => {
    await using _file = {
      [Symbol.asyncDispose]: async () => {
        throw new ImageError('device-failed', { path: '/disk' })
      },
    }
    await Promise.reject(new ImageError('flush-failed', { errno: 'EIO' }))
  }
  const thrown: unknown = await work().catch((error: unknown) => error)
  const error = ImageError.from(thrown, { path: '/disk' })
  expect(error.reason).toBe('flush-failed')
  expect(error.context).toEqual({ path: '/disk', errno: 'EIO' })
})
