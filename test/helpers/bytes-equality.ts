/**
 * Setup of every test file: `toEqual` compares bytes as memory. Its own way asks each array for properties besides its
 * elements, which for the content of a disk takes longer than all that is tested.
 */
import { expect } from 'vitest'

expect.addEqualityTesters([
  (one: unknown, other: unknown): boolean | undefined =>
    one instanceof Uint8Array &&
    other instanceof Uint8Array &&
    one.constructor === other.constructor
      ? Buffer.compare(one, other) === 0
      : undefined,
])
