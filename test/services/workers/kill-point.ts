import { z } from 'zod'
import { imageAction } from '../../../ipc/schemas/action.ts'

/** After which access of the engine a process is killed. */
export const killPoint = z.object({
  action: z.string(),
  /** How the names of its files end. */
  file: z.string().optional(),
  to: z.string().optional(),
})

/** What a process does until it is killed. */
export const killedWork = z.object({
  data: z.string(),
  /** Where its Trash is. */
  share: z.string(),
  image: z.string(),
  overlays: z.array(z.string()),
  request: imageAction,
  /** Then it takes that back. */
  undo: z.boolean(),
})
export type KilledWork = z.infer<typeof killedWork>
