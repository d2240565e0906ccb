import { ImageError } from '../core/index.ts'
import type { ServeErrors } from '../ipc/serve.ts'

/** The engine's catalogue as the contract's errors; ipc/ cannot import the engine itself. */
export const serveErrors: ServeErrors = {
  create: (reason, context) => new ImageError(reason, context).toJSON(),
  from: (thrown) => ImageError.from(thrown).toJSON(),
}
