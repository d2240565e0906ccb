import { expect, it } from 'vitest'
import { CrashLog } from './crash-log.ts'
import { CrashMachine } from './crash-machine.ts'
import { FaultFile, Faults, Pause } from './fault-file.ts'
import { TraceFile } from './trace-file.ts'

async function faultyFile() {
  const faults = new Faults()
  const machine = new CrashMachine(new CrashLog<never>(), { '/file': new Uint8Array(4096) })
  const lines: string[] = []
  machine.wrap = (file) => new FaultFile(new TraceFile(file, lines), faults)
  return { faults, lines, file: await machine.openForWriting('/file') }
}

it('the nth access of a kind fails with the error of a real file, and the next one works', async () => {
  const { faults, file } = await faultyFile()
  faults.add({ operation: 'write', tag: 'l2-table', nth: 1, fault: 'EIO' })
  const bytes = new Uint8Array(8)
  file.writeNow(bytes, 0, 'l2-table')
  file.writeNow(bytes, 0, 'data')
  expect(() => file.writeNow(bytes, 512, 'l2-table')).toThrow(
    expect.objectContaining({
      reason: 'write-failed',
      context: { path: '/file', errno: 'EIO', offset: 512 },
    }),
  )
  file.writeNow(bytes, 512, 'l2-table')
  expect(faults.fired).toBe(1)
  expect(faults.counts.get('write l2-table')).toBe(3)
})

it('a full disk takes half of a write', async () => {
  const { faults, lines, file } = await faultyFile()
  faults.add({ operation: 'write', nth: 0, fault: 'ENOSPC' })
  await expect(file.write(new Uint8Array(1024), 0, 'data')).rejects.toMatchObject({
    reason: 'no-space',
  })
  expect(lines).toEqual(['write data 0+512'])
})

it('a flush that fails names itself', async () => {
  const { faults, lines, file } = await faultyFile()
  faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
  await expect(file.flush()).rejects.toMatchObject({ reason: 'flush-failed' })
  expect(lines).toEqual([])
})

it('a range picks the accesses that touch it', async () => {
  const { faults, file } = await faultyFile()
  faults.add({ operation: 'read', range: { at: 600, length: 1 }, nth: 0, fault: 'EIO' })
  const into = new Uint8Array(512)
  file.readNow(into, 0, 'data')
  expect(() => file.readNow(into, 512, 'data')).toThrow(
    expect.objectContaining({ reason: 'read-failed' }),
  )
})

it('a pause holds an access until it is let go', async () => {
  const { faults, lines, file } = await faultyFile()
  const pause = new Pause()
  faults.add({ operation: 'flush', nth: 0, fault: pause })
  const flushing = file.flush()
  await pause.reached
  file.writeNow(new Uint8Array(1), 7, 'header')
  pause.release()
  await flushing
  expect(lines).toEqual(['write header 7+1', 'flush'])
})

it('a trace tells every change in order', async () => {
  const { lines, file } = await faultyFile()
  file.writeNow(new Uint8Array(8), 16, 'l1-table')
  await file.write(new Uint8Array(512), 512, 'data')
  await file.flush()
  file.truncate(1024)
  file.punchHole(0, 512)
  file.allocate(0, 4096)
  expect(lines).toEqual([
    'write l1-table 16+8',
    'write data 512+512',
    'flush',
    'truncate 1024',
    'punch 0+512',
    'allocate 0+4096',
  ])
})
