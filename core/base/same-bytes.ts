/** Whether two byte ranges hold the same bytes, compared natively. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  Buffer.compare(one, other) === 0
