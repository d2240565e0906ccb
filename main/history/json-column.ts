import { z } from 'zod'

/** A column that holds JSON of this schema. A value that is no JSON fails like any other that does not fit. */
export const jsonColumn = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

/** SQLite has no booleans: 0 and 1. */
export const flagColumn = z.union([z.literal(0), z.literal(1)]).transform((flag) => flag === 1)

/** NULL is how a column says that there is none. */
export const optional = <Value>(value: Value | null): Value | undefined => value ?? undefined
