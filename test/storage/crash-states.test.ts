/** The power cuts that the record of a file allows, and those it does not. */
import { expect, it } from 'vitest'
import type { WritableFile } from '../../core/storage/writable-file.ts'
import { CrashLog } from './crash-log.ts'
import { CrashMachine } from './crash-machine.ts'
import { crashStates } from './crash-states.ts'

const SECTOR = 512
const path = '/file'

/** Which disks a power cut may leave: per sector the byte it is filled with, joined. */
async function outcomes(
  act: (file: WritableFile, log: CrashLog<string>) => Promise<void>,
  { sectors = 3, mark }: { readonly sectors?: number; readonly mark?: string } = {},
): Promise<string[]> {
  const log = new CrashLog<string>()
  const machine = new CrashMachine(log, { [path]: new Uint8Array(sectors * SECTOR) })
  await using file = await machine.openForWriting(path)
  await act(file, log)
  const found = new Set<string>()
  for (const state of crashStates(log, { seed: 7, perCut: 60 })) {
    if (mark === undefined || state.mark === mark) found.add(shape(state.files().get(path)))
  }
  return [...found].toSorted()
}

function shape(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'absent'
  let text = ''
  for (let at = 0; at < bytes.length; at += SECTOR) text += String(bytes[at])
  return text
}

const filled = (value: number, sectors = 1) => new Uint8Array(sectors * SECTOR).fill(value)

it('an unflushed write of two sectors is kept, dropped or torn', async () => {
  const found = await outcomes(async (file) => file.writeNow(filled(1, 2), 0, 'data'))
  expect(found).toEqual(['000', '010', '100', '110'])
})

it('unflushed writes reach the disk in any order', async () => {
  const found = await outcomes(async (file) => {
    file.writeNow(filled(1), 0, 'data')
    file.writeNow(filled(2), SECTOR, 'data')
  })
  expect(found).toEqual(['000', '020', '100', '120'])
})

it('any version of a sector may be the one on the disk', async () => {
  const found = await outcomes(async (file) => {
    for (const value of [1, 2, 3]) file.writeNow(filled(value), 0, 'data')
  })
  expect(found).toEqual(['000', '100', '200', '300'])
})

it('what was flushed is there', async () => {
  const found = await outcomes(
    async (file, log) => {
      file.writeNow(filled(1), 0, 'data')
      await file.flush()
      log.mark('flushed')
      file.writeNow(filled(2), SECTOR, 'data')
    },
    { mark: 'flushed' },
  )
  expect(found).toEqual(['100', '120'])
})

it('a flush says nothing about a write that is on its way', async () => {
  const found = await outcomes(
    async (file, log) => {
      const writing = file.write(filled(1), 0, 'data')
      await file.flush()
      log.mark('flushed')
      await writing
    },
    { mark: 'flushed' },
  )
  expect(found).toEqual(['000', '100'])
})

it('the length changes with or without the bytes', async () => {
  const found = await outcomes(async (file) => file.writeNow(filled(1), 3 * SECTOR, 'data'))
  expect(found).toEqual(['000', '0001'])
})

it('what was cut off does not come back when the file grows', async () => {
  const found = await outcomes(
    async (file, log) => {
      file.writeNow(filled(1, 3), 0, 'data')
      await file.flush()
      file.truncate(SECTOR)
      await file.flush()
      log.mark('cut')
      file.truncate(3 * SECTOR)
    },
    { mark: 'cut' },
  )
  expect(found).toEqual(['1', '100'])
})

it('a new file may be gone until its folder is flushed', async () => {
  const log = new CrashLog<string>()
  const machine = new CrashMachine(log)
  await using file = await machine.createFile(path)
  file.writeNow(filled(1), 0, 'data')
  await file.flush()
  log.mark('written')
  await machine.flushFolder('/')
  log.mark('named')
  const found = new Set<string>()
  for (const state of crashStates(log, { seed: 1, perCut: 20 })) {
    found.add(`${state.mark ?? 'at first'}: ${shape(state.files().get(path))}`)
  }
  expect(found).toContain('written: absent')
  expect(found).toContain('written: 1')
  expect([...found].filter((text) => text.startsWith('named'))).toEqual(['named: 1'])
})

it('a hole takes no space, and neither does what is cut off', async () => {
  const machine = new CrashMachine(new CrashLog<string>(), { [path]: filled(1, 64) })
  await using file = await machine.openForWriting(path)
  file.punchHole(SECTOR, 16 * SECTOR)
  expect(file.hostRun(0)).toEqual({ kind: 'data', end: 4096 })
  expect(file.hostRun(5000)).toEqual({ kind: 'hole', end: 8192 })
  file.truncate(5 * 4096)
  expect(file.allocatedBytes()).toBe(4 * 4096)
  file.writeNow(filled(2), 4096, 'data')
  expect(file.hostRun(0)).toEqual({ kind: 'data', end: 5 * 4096 })
})

/** Which files a power cut may leave, by name, each shown by its first byte. */
async function namesAfter(
  act: (machine: CrashMachine<string>) => Promise<void>,
): Promise<string[]> {
  const log = new CrashLog<string>()
  const machine = new CrashMachine(log, { '/old': filled(1) })
  await using file = await machine.createFile('/new')
  file.writeNow(filled(2), 0, 'data')
  await file.flush()
  await machine.flushFolder('/')
  log.mark('made')
  await act(machine)
  const found = new Set<string>()
  for (const state of crashStates(log, { seed: 7, perCut: 60 })) {
    if (state.mark !== 'made') continue
    const files = [...state.files()].map(([name, [first]]) => `${name} ${first}`)
    found.add(files.toSorted().join(', '))
  }
  return [...found].toSorted()
}

it('a name that moves over another is there in one step', async () => {
  const found = await namesAfter((machine) => machine.moveName('/new', '/old'))
  expect(found).toEqual(['/new 2, /old 1', '/old 2'])
})

it('a second name that no flush of its folder covered may be missing where the first one is taken', async () => {
  const found = await namesAfter(async (machine) => {
    await machine.addName('/old', '/kept')
    await machine.moveName('/new', '/old')
  })
  expect(found).toEqual(['/kept 1, /new 2, /old 1', '/kept 1, /old 2', '/new 2, /old 1', '/old 2'])
})

it('a second name that was flushed stays', async () => {
  const found = await namesAfter(async (machine) => {
    await machine.addName('/old', '/kept')
    await machine.flushFolder('/')
    await machine.moveName('/new', '/old')
  })
  expect(found).toEqual(['/kept 1, /new 2, /old 1', '/kept 1, /old 2', '/new 2, /old 1'])
})
