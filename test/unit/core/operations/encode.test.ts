/** Encoding on a machine in memory: what is left when something goes wrong, and what is refused. */
import { expect, test } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { encodeImage } from '../../../../core/operations/encode.ts'
import type { EncodeOptions } from '../../../../core/operations/encode-options.ts'
import { planEncode } from '../../../../core/operations/plan-encode.ts'
import type { Progress } from '../../../../core/progress.ts'
import { reasonOf } from '../../../helpers/devices.ts'
import { inPieces, mixedDisk, rawBytes } from '../../../helpers/raw-disks.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'
import { crashStates } from '../../../storage/crash-states.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'

const disk = rawBytes(mixedDisk()).subarray(0, 1_500_777)
const source = { kind: 'file', path: '/disk.raw' } as const
const target = { kind: 'file', path: '/disk.qcow2' } as const
/** Several tables and refcount blocks of a small disk. */
const small = { clusterSize: 4096 } as const

function machineWith(bytes: Uint8Array = disk) {
  const log = new CrashLog<string>()
  return { log, machine: new CrashMachine(log, { '/disk.raw': bytes }) }
}

const isImage = (bytes: Uint8Array | undefined): boolean =>
  bytes !== undefined && Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'QFI\u00fb'

test.each(['none', 'zlib'] as const)(
  'a power cut leaves no image or the whole one (compression %s)',
  async (compression) => {
    const { log, machine } = machineWith()
    await encodeImage(machine, source, target, { ...small, compression })
    log.mark('made')
    const whole = Buffer.from(machine.bytesOf('/disk.qcow2'))
    const found = { nothing: 0, whole: 0, other: 0 }
    for (const state of crashStates(log, { seed: 2, perCut: 4 })) {
      const files = state.files()
      const named = files.get('/disk.qcow2')
      if (named === undefined) found[state.mark === 'made' ? 'other' : 'nothing']++
      // Under its first name it is an image when it is whole, too, and not before.
      for (const [path, bytes] of files) {
        const mustBeWhole = path === '/disk.qcow2' || (path !== '/disk.raw' && isImage(bytes))
        if (mustBeWhole) found[whole.equals(bytes) ? 'whole' : 'other']++
      }
    }
    expect(found.other).toBe(0)
    expect(Math.min(found.nothing, found.whole)).toBeGreaterThan(0)
  },
)

test.each([
  ['write', 'output-failed'],
  ['flush', 'output-failed'],
  ['truncate', 'output-failed'],
  ['read', 'read-failed'],
] as const)(
  'whichever %s fails, the file is not made, and nothing is left',
  async (operation, reason) => {
    const outcomes: string[][] = []
    for (let nth = 0; ; nth++) {
      const { machine } = machineWith(disk.subarray(0, 700_000))
      const faults = new Faults()
      faults.add({ operation, nth, fault: 'EIO' })
      machine.wrap = (file) => new FaultFile(file, faults)
      const reasons = await reasonOf(
        encodeImage(machine, source, target, { ...small, compression: 'zlib' }),
      )
      if (faults.fired === 0) break
      outcomes.push([reasons, ...machine.names, ...machine.held])
    }
    expect(new Set(outcomes.map(String))).toEqual(new Set([`${reason},/disk.raw`]))
    expect(outcomes.length).toBeGreaterThan(operation === 'truncate' ? 0 : 1)
  },
)

test.each([
  ['a file', {}],
  ['a file, packed', { compression: 'zstd' }],
  ['input', {}],
  ['a sink', {}],
] as const)(
  'a cancel amidst %s is heard, and leaves nothing',
  async (what, options: EncodeOptions) => {
    const { machine } = machineWith(Buffer.alloc(24 * 1024 * 1024, 'x'))
    const abort = new AbortController()
    const onProgress = ({ done }: Progress) => {
      if (done > 0) abort.abort()
    }
    const bytes = machine.bytesOf('/disk.raw')
    const from = what === 'input' ? ({ kind: 'input', input: inPieces(bytes) } as const) : source
    const sink = { write: () => Promise.resolve() }
    const to = what === 'a sink' ? ({ kind: 'sink', sink } as const) : target
    const encoding = encodeImage(machine, from, to, {
      ...options,
      signal: abort.signal,
      onProgress,
    })
    const isSink = what === 'a sink'
    expect(await reasonOf(encoding)).toBe(isSink ? 'encode-cut-short' : 'encode-cancelled')
    expect([machine.names, machine.held]).toEqual([['/disk.raw'], []])
  },
)

test('a cancel is heard while input does not come, and while a sink takes nothing', async () => {
  const { machine } = machineWith()
  const never = new Promise<never>(() => {})
  const input = {
    [Symbol.asyncIterator]: () => ({ next: () => never, return: () => never }),
  }
  const abort = new AbortController()
  const { signal } = abort
  const encoding = encodeImage(machine, { kind: 'input', input }, target, { signal })
  const streaming = encodeImage(
    machine,
    source,
    { kind: 'sink', sink: { write: () => never } },
    { signal },
  )
  setImmediate(() => abort.abort())
  const reasons = await Promise.all([reasonOf(encoding), reasonOf(streaming)])
  expect([reasons, machine.names]).toEqual([
    ['encode-cancelled', 'encode-cut-short'],
    ['/disk.raw'],
  ])
})

test('what the input throws passes through, and nothing is left', async () => {
  const { machine } = machineWith()
  async function* input() {
    yield await Promise.resolve(new Uint8Array(3_000_000).fill(1))
    throw new RangeError('the pipe broke')
  }
  const encoding = encodeImage(machine, { kind: 'input', input: input() }, target)
  await expect(encoding).rejects.toMatchObject({ cause: { message: 'the pipe broke' } })
  expect(machine.names).toEqual(['/disk.raw'])
})

test('progress is in bytes of the source, and ends with all of them', async () => {
  const { machine } = machineWith(Buffer.alloc(9_000_000, 'x'))
  const seen: Progress[] = []
  const onProgress = (progress: Progress) => void seen.push(progress)
  await encodeImage(machine, source, target, { onProgress })
  expect(seen.every(({ total, unit }) => total === 9_000_448 && unit === 'bytes')).toBe(true)
  const done = seen.map((progress) => progress.done)
  expect(done).toEqual(done.toSorted((one, other) => one - other))
  expect([done[0], done.at(-1)]).toEqual([0, 9_000_448])
})

test('it stands still while it is paused', async () => {
  const { machine } = machineWith(Buffer.alloc(9_000_000, 'x'))
  const pause = new PauseSwitch()
  pause.pause()
  setImmediate(() => pause.resume())
  await encodeImage(machine, source, target, { pause })
  expect(isImage(machine.bytesOf('/disk.qcow2'))).toBe(true)
})

test('the source is held as by a reader: nobody writes to it meanwhile', async () => {
  const { machine } = machineWith()
  await using _writer = await machine.openForWriting('/disk.raw')
  expect(await reasonOf(encodeImage(machine, source, target))).toBe('file-in-use')
})

test.each([
  [{ clusterSize: 1000 }, 'option-invalid'],
  [{ refcountBits: 3 }, 'option-invalid'],
  [{ version: 2, compression: 'zstd' }, 'options-conflict'],
  [{ version: 2, lazyRefcounts: true }, 'options-conflict'],
] as const)('%o is refused before anything is made', async (options, reason) => {
  const { machine } = machineWith()
  expect(await reasonOf(encodeImage(machine, source, target, options))).toBe(reason)
  expect(await reasonOf(planEncode(machine, '/disk.raw', options))).toBe(reason)
  expect(machine.names).toEqual(['/disk.raw'])
})

test.each(['input', 'packed'])(
  'into a sink, %s is refused: tables come before data',
  async (what) => {
    const { machine } = machineWith()
    const sink = { kind: 'sink', sink: { write: () => Promise.resolve() } } as const
    const from = what === 'input' ? ({ kind: 'input', input: inPieces(disk) } as const) : source
    const options: EncodeOptions = what === 'packed' ? { compression: 'zlib' } : {}
    expect(await reasonOf(encodeImage(machine, from, sink, options))).toBe('options-conflict')
  },
)

test('a plan says that the name is taken, and reads nothing then', async () => {
  const { machine } = machineWith()
  const planning = planEncode(machine, '/disk.raw', { target: { path: '/disk.raw' } })
  expect(await reasonOf(planning)).toBe('output-exists')
})

test('the source is not replaced by its own image', async () => {
  const { machine } = machineWith()
  const onto = { kind: 'file', path: '/disk.raw', overwrite: true } as const
  const reason = await reasonOf(encodeImage(machine, source, onto))
  expect(['output-is-source', 'file-in-use']).toContain(reason)
  expect(Buffer.from(machine.bytesOf('/disk.raw')).equals(disk)).toBe(true)
})
