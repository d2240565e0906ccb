import * as fc from 'fast-check'
import { unreachable } from '../../../../core/base/assert.ts'
import type { BlockDevice } from '../../../../core/device/block-device.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'

interface Range {
  readonly at: number
  readonly length: number
}

/** One call on a device, in bytes. */
type Call =
  | ({ readonly kind: 'write'; readonly value: number } & Range)
  | ({ readonly kind: 'zeroes' | 'discard' | 'read' } & Range)
  | { readonly kind: 'resize'; readonly size: number }
  | { readonly kind: 'flush' | 'check' | 'rebuild' }

/** Calls that are made without waiting for each other, then waited for together. */
export type Burst = readonly Call[]

const longest = 9000

/** Bursts of calls on a disk of up to `size` bytes; ranges are cut to the disk as it is then. */
export function bursts(size: number): fc.Arbitrary<readonly Burst[]> {
  const range = fc.record({ at: fc.nat(size), length: fc.nat(longest) })
  const call: fc.Arbitrary<Call> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(range, fc.integer({ min: 1, max: 255 }))
        .map(([at, value]): Call => ({ kind: 'write', value, ...at })),
    },
    { weight: 4, arbitrary: range.map((at): Call => ({ kind: 'discard', ...at })) },
    { weight: 4, arbitrary: range.map((at): Call => ({ kind: 'zeroes', ...at })) },
    { weight: 6, arbitrary: range.map((at): Call => ({ kind: 'read', ...at })) },
    { weight: 2, arbitrary: fc.constantFrom<Call>({ kind: 'flush' }, { kind: 'check' }) },
    { weight: 1, arbitrary: fc.constant<Call>({ kind: 'rebuild' }) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 1, max: size / 512 })
        .map((sectors): Call => ({ kind: 'resize', size: sectors * 512 })),
    },
  )
  return fc.array(fc.array(call, { maxLength: 8 }), { maxLength: 10 })
}

/** A device and the bytes it must hold. */
export class Compared {
  readonly #device: BlockDevice
  #content: Buffer

  constructor(device: BlockDevice, content: Uint8Array) {
    this.#device = device
    this.#content = Buffer.from(content)
  }

  /**
   * Makes the calls on the device and on the bytes. Overlapping ones may take turns in any order, so
   * those of one burst wait for the next when one of the two changes what the other looks at. Throws an
   * Error for the first answer that is wrong.
   */
  async make(work: readonly Burst[]): Promise<void> {
    for (const burst of work) {
      for (const together of apart(burst)) {
        await Promise.all(together.map((call) => this.#perform(call)))
      }
    }
    await this.#device.flush()
    const { virtualSize } = this.#device.info()
    if (virtualSize !== this.#content.length) throw new Error(`the disk has ${virtualSize} bytes`)
    await this.#mustHold({ at: 0, length: this.#content.length })
  }

  async #perform(call: Call): Promise<void> {
    const device = this.#device
    switch (call.kind) {
      case 'flush':
        return device.flush()
      case 'rebuild':
        return device.rebuildRefcounts()
      case 'check': {
        const { verdict = 'clean' } = (await device.check()) ?? {}
        if (verdict !== 'clean') throw new Error(`the check says ${verdict}`)
        return
      }
      case 'resize':
        return this.#resize(call.size)
      case 'read':
        return this.#mustHold(this.#cut(call))
      case 'write': {
        const { at, length } = this.#cut(call)
        this.#content.fill(call.value, at, at + length)
        return device.write(new Uint8Array(length).fill(call.value), at)
      }
      case 'zeroes': {
        const { at, length } = this.#cut(call)
        this.#content.fill(0, at, at + length)
        return device.writeZeroes(at, length, { unmap: at % 2 === 0 })
      }
      case 'discard': {
        const { at, length } = this.#cut(call)
        this.#content.fill(0, at, at + length)
        return device.discard(at, length)
      }
      default:
        return unreachable(call)
    }
  }

  async #resize(size: number): Promise<void> {
    try {
      await this.#device.resize(size, { shrink: true })
    } catch (error) {
      // Snapshots of version 2 have the size that the image has: then it stays.
      if (error instanceof ImageError && error.reason === 'snapshots-lack-size') return
      throw error
    }
    const kept = this.#content.subarray(0, size)
    this.#content = Buffer.concat([kept, Buffer.alloc(size - kept.length)])
  }

  #cut({ at, length }: Range): Range {
    const start = Math.min(at, this.#content.length)
    return { at: start, length: Math.min(length, this.#content.length - start) }
  }

  async #mustHold({ at, length }: Range): Promise<void> {
    // As the bytes are now, before later calls change them.
    const expected = Buffer.from(this.#content.subarray(at, at + length))
    const found = Buffer.alloc(length, 0xee)
    await this.#device.read(found, at)
    const differs = expected.findIndex((byte, index) => byte !== found[index])
    if (differs === -1) return
    const [is, was] = [found[differs], expected[differs]]
    throw new Error(`byte ${at + differs} is ${String(is)}, and was ${String(was)}`)
  }
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
  if (a.kind === 'resize' || b.kind === 'resize') return true
  if (!('at' in a) || !('at' in b)) return false
  if (a.kind === 'read' && b.kind === 'read') return false
  // Ranges past the end of the disk become empty ones at its end.
  return a.at < b.at + b.length && b.at < a.at + a.length
}
