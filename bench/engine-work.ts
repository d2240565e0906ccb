/**
 * Our side of benches for which the command line has no verb, as a program: `node engine-work.js VERB
 * IMAGE …`. bench/engine-program.ts bundles this like the command line, so that a start costs what a start
 * of Platter costs.
 */
import { readFile } from 'node:fs/promises'
import { createEngine, type CompactMode } from '../core/index.ts'

const engine = createEngine()

/** Requests under way at a time: what `qemu-img bench` has by default. */
const depth = 64

const [verb = '', image = '', ...words] = process.argv.slice(2)

const word = (index: number): string => {
  const found = words[index]
  if (found === undefined) throw new Error(`${verb} takes ${index + 1} words after the image`)
  return found
}

const number = (index: number): number => {
  const value = Number(word(index))
  if (!Number.isSafeInteger(value)) throw new Error(`${word(index)} is no number`)
  return value
}

const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  /** COUNT requests of BYTES, one behind the other. */
  write: () => writeAt(sequence(number(0), number(1)), number(1)),
  /** Requests of BYTES at the offsets that a file lists, one a line. */
  'write-at': async () => {
    const lines = await readFile(word(1), 'utf8')
    await writeAt(lines.trim().split('\n').map(Number), number(0))
  },
  /** MODE and `proof` or `no-proof`. */
  compact: async () => {
    const mode = compactMode(word(0))
    const plan = await engine.planCompact(image, { scan: 'none' })
    return engine.compactImage(image, plan, { mode, verify: word(1) === 'proof' })
  },
}

function compactMode(name: string): CompactMode {
  if (name === 'in-place' || name === 'punch' || name === 'rewrite' || name === 'zeroes')
    return name
  throw new Error(`${name} is no mode of compaction`)
}

async function writeAt(offsets: Iterable<number>, bytes: number): Promise<void> {
  await using device = await engine.openDevice(image, { config: { checkOnOpen: false } })
  const buffer = new Uint8Array(bytes).fill(0x5a)
  const next = offsets[Symbol.iterator]()
  const writer = async (): Promise<void> => {
    for (let step = next.next(); step.done !== true; step = next.next()) {
      await device.write(buffer, step.value)
    }
  }
  await Promise.all(Array.from({ length: depth }, writer))
  await device.flush()
}

function* sequence(count: number, step: number): Generator<number> {
  for (let index = 0; index < count; index++) yield index * step
}

const work = verbs[verb]
if (work === undefined) throw new Error(`unknown verb "${verb}"`)
await work()
