/**
 * Files that keep a snapshot or the end of a disk and say anything, with checksums that hold: what they bring back
 * is refused with a named error, or comes into an image that `check` finds sound.
 */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { crc32 } from '../../core/base/crc32.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { planResize } from '../../core/operations/plan-resize.ts'
import { planRestoreCut, restoreCut } from '../../core/operations/restore-cut.ts'
import { resizeImage } from '../../core/operations/resize.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../core/operations/snapshot-delete.ts'
import { restoreSnapshot } from '../../core/operations/snapshot-restore.ts'
import { findingsOf } from '../crash/judge.ts'
import { imagePath, smallImage } from '../crash/scenarios/small-images.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import { BytesFile } from '../storage/bytes-file.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'

const rounds = 150
const kept = '/kept'

type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>

const machineOf = (files: Readonly<Record<string, Uint8Array>>): CrashMachine<never> =>
  new CrashMachine(new CrashLog<never>(), files)

const filesOf = (machine: CrashMachine<never>): Files => Object.fromEntries(machine.files())

async function withKeptSnapshot(random: Random): Promise<Files> {
  const options = { snapshots: ['before', 'after'], compressed: true, clusters: 30 }
  const machine = machineOf((await smallImage(random, options)).files)
  const plan = await planDeleteSnapshot(machine, imagePath, { snapshot: { name: 'before' } })
  const content = random.pick(['own', 'whole'] as const)
  await deleteSnapshot(machine, imagePath, { plan, keep: { path: kept, content } })
  return filesOf(machine)
}

async function withKeptCut(random: Random): Promise<Files> {
  const machine = machineOf((await smallImage(random, { clusters: 30 })).files)
  const plan = await planResize(machine, imagePath, { size: 512 * (1 + random.below(28)) })
  await resizeImage(machine, imagePath, plan, { keepCut: kept })
  return filesOf(machine)
}

const extremes = [0, 1, 0x7f, 0xff, 0xffff, 0x4000_0000, 0x8000_0000, 0xffff_ffff]

function harm(
  bytes: Uint8Array<ArrayBuffer>,
  random: Random,
  [from, to]: readonly [number, number],
) {
  const view = new DataView(bytes.buffer)
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = from + random.below(Math.max(to - from - 4, 1))
    if (random.chance(0.5)) view.setUint32(at, random.pick(extremes))
    else view.setUint8(at, random.below(256))
  }
}

/** What is harmed is behind the prefix, or a number in the head; the checksums are made anew. */
function harmSnapshot(original: Uint8Array<ArrayBuffer>, random: Random): Uint8Array {
  const bytes = original.slice()
  const view = new DataView(bytes.buffer)
  const headBytes = view.getUint32(12)
  if (random.chance(0.4)) {
    const digits = [...bytes.keys()].filter(
      (at) =>
        at >= 1024 &&
        at < 1024 + headBytes &&
        /[0-9a-f]/.test(String.fromCodePoint(bytes[at] ?? 0)),
    )
    for (let count = 1 + random.below(3); count > 0; count--) {
      bytes[random.pick(digits)] = random.below(16).toString(16).codePointAt(0) ?? 0x30
    }
    view.setUint32(16, crc32(bytes.subarray(1024, 1024 + headBytes)))
  } else if (random.chance(0.2)) {
    view.setUint32(random.pick([20, 24, 28]), random.pick(extremes))
  } else {
    harm(bytes, random, [1024 + headBytes, bytes.length - 32])
  }
  const hash = createHash('sha256').update(bytes.subarray(1024, -32)).update(bytes.subarray(0, 512))
  bytes.set(hash.digest(), bytes.length - 32)
  return bytes
}

/** The record is in the data of the kept image, and its checksum in the sector behind it. */
function harmCut(original: Uint8Array<ArrayBuffer>, random: Random): Uint8Array {
  const bytes = original.slice()
  const view = new DataView(bytes.buffer)
  const seal = Buffer.from(bytes).indexOf('PLTRKCUT')
  const head = Buffer.from(bytes).indexOf('{"format"')
  const kind = random.below(3)
  if (kind === 0) {
    harm(bytes, random, [seal, seal + 32])
  } else if (kind === 1) {
    harm(bytes, random, [0, bytes.length])
  } else {
    const end = head + view.getUint32(seal + 24)
    const digits = [...bytes.keys()].filter(
      (at) => at >= head && at < end && /[0-9]/.test(String.fromCodePoint(bytes[at] ?? 0)),
    )
    bytes[random.pick(digits)] = 0x30 + random.below(10)
    view.setUint32(seal + 12, crc32(bytes.subarray(head, head + view.getUint32(seal + 28))))
  }
  return bytes
}

async function problemOf(
  files: Files,
  bringBack: (machine: CrashMachine<never>) => Promise<unknown>,
) {
  const machine = machineOf(files)
  try {
    await bringBack(machine)
  } catch (error) {
    if (!(error instanceof ImageError) || error.kind === 'internal') return String(error)
    const words = Object.values(error.explanation).join(' ')
    if (/undefined|NaN/.test(words)) return `said: ${words}`
  }
  return await findingsOf({ image: new BytesFile(machine.bytesOf(imagePath)) }, 'leaks')
}

it.each([
  {
    name: 'snapshots',
    make: withKeptSnapshot,
    spoil: harmSnapshot,
    bringBack: (machine: CrashMachine<never>) => restoreSnapshot(machine, imagePath, kept),
  },
  {
    name: 'ends of disks',
    make: withKeptCut,
    spoil: harmCut,
    bringBack: async (machine: CrashMachine<never>) => {
      await restoreCut(machine, imagePath, await planRestoreCut(machine, imagePath, kept))
    },
  },
])(
  `${rounds} kept $name that say anything harm no image`,
  async ({ make, spoil, bringBack }) => {
    const failures: string[] = []
    for (let seed = 1; seed <= rounds; seed++) {
      const random = seededRandom(seed)
      const files = await make(random)
      const from = performance.now()
      const spoilt = spoil(files[kept] ?? new Uint8Array(), random)
      const problem = await problemOf({ ...files, [kept]: new Uint8Array(spoilt) }, bringBack)
      if (problem !== undefined) failures.push(`seed ${seed}: ${problem}`)
      const took = performance.now() - from
      if (took > 3000) failures.push(`seed ${seed} took ${Math.round(took)} ms`)
    }
    expect(failures).toEqual([])
  },
  60_000,
)
