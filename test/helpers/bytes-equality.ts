/**
 * Setup of every test file: `toEqual` compares bytes as memory. Its own way asks each array for properties besides its
 * elements, which for the content of a disk takes longer than all that is tested.
 */
import { expect } from 'vitest'

/** Files that share a process share what was added: once is enough, and each further one would be asked as well. */
const isAdded = Symbol.for('platter.bytes-equality')

if (!(isAdded in globalThis)) {
  Object.assign(globalThis, { [isAdded]: true })
  expect.addEqualityTesters([
    (one: unknown, other: unknown): boolean | undefined =>
      one instanceof Uint8Array &&
      other instanceof Uint8Array &&
      one.constructor === other.constructor
        ? Buffer.compare(one, other) === 0
        : undefined,
  ])
}
