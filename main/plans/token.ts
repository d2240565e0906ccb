import { createHash } from 'node:crypto'

/**
 * What stands for a plan: equal for two plans of the same change of the same state of the files, and for no
 * others. It keeps nothing secret and proves nothing about who gives it back; it only tells whether what is
 * going to be done is what was shown.
 */
export const tokenOf = (agreed: { readonly request: unknown; readonly basis: unknown }): string =>
  createHash('sha256').update(canonical(agreed)).digest('base64url')

/** Keys in one order, whoever made the object: a request comes from a window, and from a database. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : part,
  )
}
