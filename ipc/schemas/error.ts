import { z } from 'zod'

/** An error in words, as the engine's catalogue gives them. */
const explanation = z.object({
  title: z.string(),
  detail: z.string(),
  safety: z.string(),
  advice: z.string(),
})

/** core's ImageErrorData: kind for programs, code for people to quote, explanation to show. */
export const errorData = z.object({
  reason: z.string(),
  kind: z.string(),
  code: z.string(),
  context: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
  explanation,
  causes: z.array(z.string()).readonly(),
})
export type ErrorData = z.infer<typeof errorData>
