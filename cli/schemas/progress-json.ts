import { z } from 'zod'

/** One line of `--progress-fd`. */
export const progressJson = z.strictObject({
  /** Percent of the whole run, rounded down; 100 only when all was done. */
  progress: z.number().int().min(0).max(100),
  /** As it was typed. */
  filename: z.string(),
  /** What is being done now: `tables`, `data`; `files` when a file is done. */
  phase: z.string().min(1),
  done: z.number().nonnegative(),
  /** 0 while it is not known. */
  total: z.number().nonnegative(),
  unit: z.enum(['bytes', 'clusters', 'files']),
  /** Units in a second, lately; missing in the first half second. */
  speed: z.number().nonnegative().optional(),
  /** Of this phase; missing in the first 3 s, and while the speed is not known. */
  secondsLeft: z.number().nonnegative().optional(),
})
