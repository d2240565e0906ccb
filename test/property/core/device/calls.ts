import * as fc from 'fast-check'
import { expect } from 'vitest'
import { unreachable } from '../../../../core/base/assert.ts'
import type { BlockDevice } from '../../../../core/device/block-device.ts'

/** One call on a device, in bytes. */
type Call =
  | { readonly kind: 'write'; readonly at: number; readonly length: number; readonly value: number }
  | { readonly kind: 'zeroes' | 'discard'; readonly at: number; readonly length: number }
  | { readonly kind: 'read'; readonly at: number; readonly length: number }
  | { readonly kind: 'flush' }

/** Calls that are made without waiting for each other, then waited for together. */
export type Burst = readonly Call[]

const longest = 9000

/** Bursts of calls on a disk of `size` bytes. */
export function bursts(size: number): fc.Arbitrary<readonly Burst[]> {
  const range = fc
    .tuple(fc.nat(size), fc.nat(longest))
    .map(([at, length]) => ({ at, length: Math.min(length, size - at) }))
  const call: fc.Arbitrary<Call> = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(range, fc.integer({ min: 1, max: 255 })).map(writeCall) },
    { weight: 2, arbitrary: range.map((at): Call => ({ kind: 'discard', ...at })) },
    { weight: 2, arbitrary: range.map((at): Call => ({ kind: 'zeroes', ...at })) },
    { weight: 3, arbitrary: range.map((at): Call => ({ kind: 'read', ...at })) },
    { weight: 1, arbitrary: fc.constant<Call>({ kind: 'flush' }) },
  )
  return fc.array(fc.array(call, { maxLength: 8 }), { maxLength: 10 })
}

const writeCall = ([range, value]: [{ at: number; length: number }, number]): Call => ({
  kind: 'write',
  value,
  ...range,
})

/**
 * Makes the calls on a device and on plain bytes. Overlapping ones may take turns in any order, so those
 * of one burst wait for the next when one of the two changes what the other looks at.
 */
export async function compareWithBytes(
  device: BlockDevice,
  content: Uint8Array,
  work: readonly Burst[],
): Promise<void> {
  for (const burst of work) {
    for (const together of apart(burst)) {
      await Promise.all(together.map((call) => perform(device, content, call)))
    }
  }
  await device.flush()
  await mustHold(device, content, { at: 0, length: content.length })
}

/** The calls in their order, in groups within which none meets another one's bytes. */
function apart(burst: Burst): readonly Burst[] {
  const groups: Call[][] = [[]]
  for (const call of burst) {
    const group = groups.at(-1)
    if (group?.every((other) => !meet(call, other)) === true) group.push(call)
    else groups.push([call])
  }
  return groups
}

function meet(a: Call, b: Call): boolean {
  if (a.kind === 'flush' || b.kind === 'flush') return false
  if (a.kind === 'read' && b.kind === 'read') return false
  return a.at < b.at + b.length && b.at < a.at + a.length
}

function perform(device: BlockDevice, content: Uint8Array, call: Call): Promise<void> {
  if (call.kind === 'flush') return device.flush()
  const { at, length } = call
  switch (call.kind) {
    case 'read':
      return mustHold(device, content, call)
    case 'write':
      content.fill(call.value, at, at + length)
      return device.write(new Uint8Array(length).fill(call.value), at)
    case 'zeroes':
      content.fill(0, at, at + length)
      return device.writeZeroes(at, length, { unmap: at % 2 === 0 })
    case 'discard':
      content.fill(0, at, at + length)
      return device.discard(at, length)
    default:
      return unreachable(call)
  }
}

async function mustHold(
  device: BlockDevice,
  content: Uint8Array,
  { at, length }: { readonly at: number; readonly length: number },
): Promise<void> {
  // As the bytes are now, before later calls of the same burst change them.
  const expected = Buffer.from(content.slice(at, at + length))
  const found = Buffer.alloc(length, 0xee)
  await device.read(found, at)
  const differs = expected.findIndex((byte, index) => byte !== found[index])
  expect({ at, differs }).toEqual({ at, differs: -1 })
}
