import { describe, expect, it } from 'vitest'
import { sameBytes } from '../../../../core/base/same-bytes.ts'
import { openDevice } from '../../../../core/device/open-device.ts'
import type { Reason } from '../../../../core/errors/catalogue.ts'
import type { ErrorContext } from '../../../../core/errors/explanation.ts'
import { createImage } from '../../../../core/operations/create.ts'
import { planResize } from '../../../../core/operations/plan-resize.ts'
import { resizeImage } from '../../../../core/operations/resize.ts'
import { planRestoreCut, restoreCut } from '../../../../core/operations/restore-cut.ts'
import { createSnapshot } from '../../../../core/operations/snapshot-create.ts'
import { gptDisk, gptProblem } from '../../../helpers/gpt-disk.ts'
import { refusalOf } from '../../../helpers/refusal-of.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { SECTOR, tellingBytes } from '../../../model/guest-model.ts'
import {
  contentOf,
  imagePath,
  smallImage,
  type SmallImageOptions,
} from '../../../crash/scenarios/small-images.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'
import { FaultFile, Faults, Pause } from '../../../storage/fault-file.ts'

type Machine = CrashMachine<never>

const kept = '/end.qcow2'
const machineOf = (files: Readonly<Record<string, Uint8Array>>): Machine =>
  new CrashMachine(new CrashLog<never>(), files)

const contentIn = (machine: Machine): Promise<Uint8Array> =>
  contentOf(Object.fromEntries(machine.files()))

interface DiskOptions {
  readonly format?: 'qcow2' | 'raw'
  readonly sectorSize?: 512 | 4096
  readonly version?: 2 | 3
  /** Default: a GPT with two partitions that are full, and something behind them. */
  readonly content?: Uint8Array
}

function partitioned(sectorSize: 512 | 4096): Uint8Array {
  const parts = [
    { first: 8, last: 15 },
    { first: 18, last: 27 },
  ]
  const disk = gptDisk({ sectors: 60, parts, sectorSize })
  for (const { first, last } of [...parts, { first: 33, last: 33 }, { first: 50, last: 50 }]) {
    const at = first * sectorSize
    disk.set(tellingBytes(at, (last + 1 - first) * sectorSize, 1), at)
  }
  return disk
}

/** An image with that on its disk. */
async function diskWith({
  format = 'qcow2',
  sectorSize = 512,
  version = 3,
  content = partitioned(sectorSize),
}: DiskOptions = {}): Promise<Machine> {
  if (format === 'raw') return machineOf({ [imagePath]: content })
  const machine = machineOf({})
  await createImage(machine, imagePath, {
    format,
    size: content.length,
    clusterSize: 1024,
    version,
  })
  await write(machine, content, 0)
  return machine
}

async function write(
  machine: Machine,
  bytes: Uint8Array,
  at: number,
  format?: 'raw',
): Promise<void> {
  await using device = await openDevice(machine, imagePath, format && { format })
  for (let from = 0; from < bytes.length; from += SECTOR) {
    const sector = bytes.slice(from, from + SECTOR)
    if (sector.some((byte) => byte !== 0)) await device.write(sector, at + from)
  }
}

interface CutOptions {
  readonly format?: 'qcow2' | 'raw'
  readonly moveGptBackup?: boolean
}

async function cutTo(
  machine: Machine,
  size: number,
  { format, moveGptBackup = false }: CutOptions = {},
): Promise<void> {
  const plan = await planResize(machine, imagePath, { size, format, moveGptBackup })
  await resizeImage(machine, imagePath, plan, { keepCut: kept })
}

async function restore(machine: Machine): Promise<void> {
  await restoreCut(machine, imagePath, await planRestoreCut(machine, imagePath, kept))
}

const CUT = 40 * SECTOR

/** Some bytes of a file are others. */
function harm(machine: Machine, path: string, change: (bytes: Uint8Array) => Uint8Array): Machine {
  const files = Object.fromEntries(machine.files())
  return machineOf({ ...files, [path]: change(new Uint8Array(files[path] ?? [])) })
}

const without = (machine: Machine, path: string): Machine => {
  const files = Object.fromEntries(machine.files())
  delete files[path]
  return machineOf(files)
}

/** Where the record's last sector is in the file of the kept image: the only one that begins so. */
const sealAt = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf('PLTRKCUT')

interface Refused {
  readonly name: string
  readonly reason: Reason
  readonly context?: ErrorContext
  /** After the cut. */
  readonly meanwhile: (machine: Machine) => Promise<Machine>
  readonly disk?: DiskOptions
}

const growTo = async (machine: Machine, size: number): Promise<void> => {
  const plan = await planResize(machine, imagePath, { size })
  await resizeImage(machine, imagePath, plan)
}

/** A superblock of ext4 with that in its UUID, on a disk of its own. */
function withExt4(id: number): Uint8Array {
  const disk = new Uint8Array(60 * SECTOR)
  const view = new DataView(disk.buffer)
  view.setUint16(1024 + 0x38, 0xef53, true)
  view.setUint32(1024 + 4, 20, true)
  view.setUint32(1024 + 0x60, 0x40, true)
  disk.fill(id, 1024 + 0x68, 1024 + 0x78)
  return disk
}

const uuidOf = (pair: string): string =>
  [4, 2, 2, 2, 6].map((bytes) => pair.repeat(bytes)).join('-')

const refusals: readonly Refused[] = [
  {
    name: 'the kept file is gone',
    reason: 'cut-file-invalid',
    context: { found: 'no file is there' },
    meanwhile: async (machine) => without(machine, kept),
  },
  {
    name: 'the kept file is no image',
    reason: 'cut-file-invalid',
    context: { found: 'what is there is no image' },
    meanwhile: async (machine) => harm(machine, kept, () => new Uint8Array(4096).fill(65)),
  },
  {
    name: 'the header of the kept file is damaged',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) => harm(machine, kept, (bytes) => bytes.fill(0xff, 40, 48)),
  },
  {
    name: 'the kept file is an image without a record',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) => {
      const other = without(machine, kept)
      await createImage(other, kept, { format: 'qcow2', size: 2 ** 20 })
      return other
    },
  },
  {
    name: 'the record is damaged',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) =>
      harm(machine, kept, (bytes) => bytes.fill(1, sealAt(bytes) + 12, sealAt(bytes) + 16)),
  },
  {
    name: 'the record points past the image',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) =>
      harm(machine, kept, (bytes) => bytes.fill(0x7f, sealAt(bytes) + 16, sealAt(bytes) + 24)),
  },
  {
    name: 'the record asks for more memory than any has',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) =>
      harm(machine, kept, (bytes) => bytes.fill(0xff, sealAt(bytes) + 28, sealAt(bytes) + 32)),
  },
  {
    name: 'the record is of a version to come',
    reason: 'cut-file-invalid',
    meanwhile: async (machine) =>
      harm(machine, kept, (bytes) => bytes.fill(2, sealAt(bytes) + 11, sealAt(bytes) + 12)),
  },
  {
    name: 'the disk has a third size',
    reason: 'cut-changed-since',
    context: { field: 'virtual size in bytes', found: 50 * SECTOR, expected: CUT },
    meanwhile: async (machine) => {
      await growTo(machine, 50 * SECTOR)
      return machine
    },
  },
  {
    name: 'a partition is another one',
    reason: 'cut-changed-since',
    context: { field: 'partition table', found: `another one at byte ${2 * SECTOR}` },
    meanwhile: async (machine) => {
      await write(machine, new Uint8Array(SECTOR).fill(3), 2 * SECTOR)
      return machine
    },
  },
  {
    name: 'a disk without a table has one',
    disk: { content: new Uint8Array(60 * SECTOR).fill(5) },
    reason: 'cut-changed-since',
    context: { field: 'partition table', found: 'there', expected: 'none' },
    meanwhile: async (machine) => {
      await write(machine, gptDisk({ sectors: 40, parts: [] }), 0)
      return machine
    },
  },
  {
    name: 'the file system of the whole disk is another one',
    disk: { content: withExt4(1) },
    reason: 'cut-changed-since',
    context: { field: 'file system on the disk', expected: `ext4 ${uuidOf('01')}` },
    meanwhile: async (machine) => {
      await write(machine, withExt4(2).slice(1024, 2048), 1024)
      return machine
    },
  },
  {
    name: 'the disk grew again, and its new end was written to',
    reason: 'cut-changed-since',
    context: { field: `sector at byte ${55 * SECTOR}`, found: 'written to' },
    meanwhile: async (machine) => {
      await growTo(machine, 60 * SECTOR)
      await write(machine, new Uint8Array(SECTOR).fill(9), 55 * SECTOR)
      return machine
    },
  },
  {
    name: 'a snapshot of version 2 would be damaged',
    disk: { version: 2 },
    reason: 'snapshots-lack-size',
    meanwhile: async (machine) => {
      await createSnapshot(machine, imagePath, { name: 'later' })
      return machine
    },
  },
]

describe('what was cut off does not come back, and nothing is changed, when', () => {
  it.each(refusals)('$name', async ({ reason, context = {}, meanwhile, disk }) => {
    const first = await diskWith(disk)
    await cutTo(first, CUT)
    const machine = await meanwhile(first)
    const before = machine.files()
    const error = await refusalOf(() => restore(machine))
    expect(error).toMatchObject({ reason, context })
    for (const [name, bytes] of machine.files()) {
      expect([name, sameBytes(bytes, before.get(name) ?? new Uint8Array())]).toEqual([name, true])
    }
    expect(machine.held).toEqual([])
  })

  it('the image changed after it was planned', async () => {
    const machine = await diskWith()
    await cutTo(machine, CUT)
    const plan = await planRestoreCut(machine, imagePath, kept)
    await createSnapshot(machine, imagePath, { name: 'later' })
    const error = await refusalOf(() => restoreCut(machine, imagePath, plan))
    expect(error.reason).toBe('plan-outdated')
  })

  it('somebody has the image', async () => {
    const machine = await diskWith()
    await cutTo(machine, CUT)
    const plan = await planRestoreCut(machine, imagePath, kept)
    await using _vm = await machine.openForWriting(imagePath)
    expect((await refusalOf(() => restoreCut(machine, imagePath, plan))).reason).toBe('file-in-use')
  })

  it('a person cancels on the way, and the disk is as small as it was', async () => {
    const machine = await diskWith()
    await cutTo(machine, CUT, { moveGptBackup: true })
    const before = await contentIn(machine)
    const plan = await planRestoreCut(machine, imagePath, kept)
    const cancel = new AbortController()
    const options = {
      signal: cancel.signal,
      onProgress: ({ phase }: { readonly phase: string }) => {
        if (phase === 'data') cancel.abort()
      },
    }
    const error = await refusalOf(() => restoreCut(machine, imagePath, plan, options))
    expect(error.kind).toBe('cancelled')
    expect(sameBytes(await contentIn(machine), before)).toBe(true)
    await restore(machine)
    expect(sameBytes(await contentIn(machine), partitioned(512))).toBe(true)
  })
})

describe('what was cut off comes back byte for byte', () => {
  it.each([
    { format: 'qcow2', sectorSize: 512, moveGptBackup: false },
    { format: 'qcow2', sectorSize: 512, moveGptBackup: true },
    { format: 'raw', sectorSize: 512, moveGptBackup: true },
    { format: 'qcow2', sectorSize: 4096, moveGptBackup: true },
    { format: 'raw', sectorSize: 4096, moveGptBackup: true },
  ] as const)(
    '$format, sectors of $sectorSize bytes, moved: $moveGptBackup',
    async ({ format, sectorSize, moveGptBackup }) => {
      const machine = await diskWith({ format, sectorSize })
      const options = { format, moveGptBackup }
      await cutTo(machine, 40 * sectorSize, options)
      const content = format === 'raw' ? () => machine.bytesOf(imagePath) : undefined
      const small = content === undefined ? await contentIn(machine) : content()
      expect(small).toHaveLength(40 * sectorSize)
      await restore(machine)
      const whole = content === undefined ? await contentIn(machine) : content()
      expect(sameBytes(whole, partitioned(sectorSize))).toBe(true)
    },
  )

  const images: readonly (readonly [string, SmallImageOptions])[] = [
    ['a data file', { dataFile: 'disk.data' }],
    ['a backing file', { backingClusters: 30 }],
    ['a backing file that is longer', { backingClusters: 60 }],
    ['compressed clusters', { compressed: true, clusterBits: 10 }],
    ['subclusters', { extendedL2: true, clusterBits: 14, clusters: 6 }],
    ['version 2', { version: 2 }],
    ['snapshots', { snapshots: ['before'] }],
  ]
  it.each(images)('of an image with %s', async (_, options) => {
    for (const seed of [1, 2, 3]) {
      const { files, model } = await smallImage(seededRandom(seed), options)
      const machine = machineOf(files)
      const whole = model.read(0, model.virtualSize)
      const size = Math.floor(model.virtualSize / 3 / SECTOR) * SECTOR
      await cutTo(machine, size)
      expect(sameBytes(await contentIn(machine), whole.subarray(0, size))).toBe(true)
      await restore(machine)
      expect(sameBytes(await contentIn(machine), whole)).toBe(true)
    }
  })

  it('with what a guest wrote below the end since', async () => {
    const machine = await diskWith()
    await cutTo(machine, CUT, { moveGptBackup: true })
    await write(machine, new Uint8Array(SECTOR).fill(7), 20 * SECTOR)
    await restore(machine)
    const expected = partitioned(512).fill(7, 20 * SECTOR, 21 * SECTOR)
    expect(sameBytes(await contentIn(machine), expected)).toBe(true)
  })

  it('at once, out of a disk of terabytes that is nearly empty, also after half an attempt', async () => {
    const machine = machineOf({})
    const size = 2 ** 42
    await createImage(machine, imagePath, { format: 'qcow2', size, clusterSize: 2 ** 21 })
    const bytes = new Uint8Array(SECTOR).fill(6)
    await write(machine, bytes, size - 2 * SECTOR)
    await cutTo(machine, 2 ** 30)
    await growTo(machine, size)
    const plan = await planRestoreCut(machine, imagePath, kept)
    expect(plan.state).toBe('partly')
    await restoreCut(machine, imagePath, plan)
    await using device = await openDevice(machine, imagePath)
    const found = new Uint8Array(SECTOR)
    await device.read(found, size - 2 * SECTOR)
    expect(sameBytes(found, bytes)).toBe(true)
  }, 10_000)
})

describe('a cut that moves the copy of the partition table, and is cancelled then,', () => {
  /** Cancels when the disk is written to for the first time, which is the move. */
  async function cancelled(afterwards?: (faults: Faults, writes: number) => void) {
    const machine = await diskWith()
    const before = await contentIn(machine)
    const plan = await planResize(machine, imagePath, { size: CUT, moveGptBackup: true })
    const faults = new Faults()
    machine.wrap = (file, path) => (path === imagePath ? new FaultFile(file, faults) : file)
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const cancel = new AbortController()
    const [error] = await Promise.all([
      refusalOf(() =>
        resizeImage(machine, imagePath, plan, { keepCut: kept, signal: cancel.signal }),
      ),
      pause.reached.then(() => {
        cancel.abort()
        afterwards?.(faults, faults.counts.get('write data') ?? 0)
        pause.release()
      }),
    ])
    machine.wrap = (file) => file
    return { machine, before, error, writes: faults.counts.get('write data') ?? 0 }
  }

  it('leaves the disk as it was, and no file', async () => {
    const { machine, before, error } = await cancelled()
    expect(error).toMatchObject({ kind: 'cancelled' })
    expect(error.explanation.safety).toBe('Nothing was changed.')
    expect(sameBytes(await contentIn(machine), before)).toBe(true)
    expect(machine.names).toEqual([imagePath])
  })

  it('says so when the copy cannot go back, and what it overwrote comes out of the kept file', async () => {
    const { writes } = await cancelled()
    const { machine, before, error } = await cancelled((faults) => {
      faults.add({ operation: 'write', tag: 'data', nth: writes / 2 - 1, times: 99, fault: 'EIO' })
    })
    expect(error).toMatchObject({ reason: 'gpt-moved-only', cause: { kind: 'cancelled' } })
    const left = await contentIn(machine)
    expect(left).toHaveLength(before.length)
    expect(gptProblem(new Uint8Array(left), { second: true })).toBeUndefined()
    expect(machine.names).toEqual([imagePath, kept])
    await restore(machine)
    expect(sameBytes(await contentIn(machine), before)).toBe(true)
  })
})
