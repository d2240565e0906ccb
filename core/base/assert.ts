/** Marks a place the type system says cannot be reached; `value` is what proved it wrong. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`)
}

/** A condition that only a defect of ours can break. Bad input is an ImageError, never an invariant. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new TypeError(`invariant broken: ${what}`)
}
