import * as fc from 'fast-check'
import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { NodeWritableFile } from '../../../../core/io/node-writable-file.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import type { WritableFile } from '../../../../core/storage/writable-file.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const MOST = 40_000

const place = fc.nat(MOST)
// Lengths around pages and sectors, and none at all.
const length = fc.oneof(fc.nat(600), fc.constantFrom(0, 1, 512, 4095, 4096, 4097, 8192, 12_288))

const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at: place, length, fill: fc.nat(255) }),
  fc.record({ kind: fc.constant('writeNow' as const), at: place, length, fill: fc.nat(255) }),
  fc.record({ kind: fc.constant('truncate' as const), size: place }),
  fc.record({ kind: fc.constant('punchHole' as const), at: place, length }),
  fc.record({ kind: fc.constant('allocate' as const), at: place, length }),
  fc.record({ kind: fc.constant('flush' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** What a file must hold: the contract of WritableFile in a few lines. */
class Model {
  readonly bytes = new Uint8Array(2 * MOST)
  size = 0

  apply(change: Step): void {
    if (change.kind === 'flush') return
    if (change.kind === 'truncate') {
      this.bytes.fill(0, change.size)
      this.size = change.size
      return
    }
    const { at } = change
    const end = at + change.length
    if (change.kind === 'punchHole') this.bytes.fill(0, at, end)
    else if (change.length > 0) {
      this.size = Math.max(this.size, end)
      if (change.kind !== 'allocate') this.bytes.fill(change.fill, at, end)
    }
  }
}

async function apply(file: WritableFile, change: Step): Promise<void> {
  switch (change.kind) {
    case 'write':
      return file.write(new Uint8Array(change.length).fill(change.fill), change.at, 'data')
    case 'writeNow':
      return file.writeNow(new Uint8Array(change.length).fill(change.fill), change.at, 'data')
    case 'truncate':
      return file.truncate(change.size)
    case 'punchHole':
      file.punchHole(change.at, change.length)
      return
    case 'allocate':
      file.allocate(change.at, change.length)
      return
    case 'flush':
      return file.flush()
  }
}

/** Where the file and the model disagree after the steps. */
async function contradictions(file: WritableFile, steps: readonly Step[]): Promise<string[]> {
  const model = new Model()
  const found: string[] = []
  for (const [index, change] of steps.entries()) {
    await apply(file, change)
    model.apply(change)
    if (file.size() !== model.size) found.push(`size ${file.size()} after step ${index}`)
  }
  // Past the end too, where zeroes must be read.
  const into = new Uint8Array(2 * MOST).fill(0xee)
  file.readNow(into, 0, 'data')
  if (Buffer.compare(into, model.bytes) !== 0) found.push('readNow')
  into.fill(0xee)
  await file.read(into, 0, 'data')
  if (Buffer.compare(into, model.bytes) !== 0) found.push('read')
  return [...found, ...falseRuns(file, model)]
}

/** Runs cover the file without gaps, and what counts as a hole reads as zeroes. */
function falseRuns(file: WritableFile, model: Model): string[] {
  const found: string[] = []
  for (let at = 0; at < model.size;) {
    const { kind, end } = file.hostRun(at)
    if (end <= at) return [...found, `an empty run at ${at}`]
    const isZero = model.bytes.subarray(at, end).every((byte) => byte === 0)
    if (kind === 'hole' && !isZero) found.push(`a hole at ${at} that holds data`)
    at = end
  }
  return found
}

const steps = fc.array(step, { maxLength: 25 })

it('a file in memory holds what was written, cut, punched and reserved', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (chosen) => {
      expect(await contradictions(new MemoryFile({ size: 0 }), chosen)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

it('a file of the host holds what was written, cut, punched and reserved', async () => {
  await using folder = await tempFolder()
  const path = folder.file('a')
  await fc.assert(
    fc.asyncProperty(steps, async (chosen) => {
      await using file = NodeWritableFile.create(path)
      await rm(path)
      expect(await contradictions(file, chosen)).toEqual([])
    }),
    { numRuns: 100 },
  )
})
