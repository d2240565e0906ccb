/** A commit that failed on the way and was done again, then a power cut. */
import { describe, expect, it } from 'vitest'
import { ImageError } from '../../core/errors/image-error.ts'
import { planResize } from '../../core/operations/plan-resize.ts'
import { resizeImage } from '../../core/operations/resize.ts'
import { openForWriting } from '../../core/qcow2/open-writer.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../core/storage/memory-file.ts'
import { findingsOf } from '../crash/judge.ts'
import { Qcow2Builder, type BuilderOptions } from '../helpers/qcow2-builder.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { crashStates } from '../storage/crash-states.ts'
import { FaultFile, Faults } from '../storage/fault-file.ts'

const imagePath = '/disk.qcow2'
const reasonOf = (error: unknown) => (error instanceof ImageError ? error.reason : error)

function failing(options: BuilderOptions) {
  const builder = new Qcow2Builder({ clusterBits: 9, ...options })
  const machine = new CrashMachine(new CrashLog<number>(), { [imagePath]: builder.bytes.slice() })
  const faults = new Faults()
  machine.wrap = (file) => new FaultFile(file, faults)
  return { machine, faults }
}

async function firstProblem(machine: CrashMachine<number>, from: number) {
  let cuts = 0
  for (const state of crashStates(machine.log, { seed: 3, perCut: 30, from })) {
    cuts++
    const bytes = state.files().get(imagePath)
    expect(bytes).toBeDefined()
    const wrong = await findingsOf({ image: new MemoryFile(bytes ?? new Uint8Array()) }, 'leaks')
    if (wrong !== undefined) return `${state.recipe()}: ${wrong}`
  }
  expect(cuts).toBeGreaterThan(20)
  return undefined
}

const sector = (value: number) => new Uint8Array(512).fill(value)

describe('a commit that failed on the way', () => {
  it('leaves leaks at most when it is done again, with more to do, and cut', async () => {
    const { machine, faults } = failing({ virtualSize: 80 * 32 * 1024 })
    const opened = await openForWriting(machine, imagePath)
    if (opened.kind !== 'qcow2') throw new Error('a qcow2 image')
    await using writer = opened.image
    await writer.write(sector(1), 0)
    await writer.write(sector(1), (64 + 8) * 32 * 1024)
    // A write that fails has written its first half: the L1 entry of the first cluster.
    faults.add({ operation: 'write', tag: 'l1-table', nth: 0, fault: 'EIO' })
    await expect(writer.flush().catch(reasonOf)).resolves.toBe('write-failed')
    faults.clear()
    const from = machine.log.events.length
    await writer.write(sector(2), 512)
    await writer.flush()
    expect(await firstProblem(machine, from)).toBeUndefined()
  })

  it('does not shrink a disk afterwards that people were told was not resized', async () => {
    const { machine, faults } = failing({ virtualSize: 128 * 1024 })
    const plan = await planResize(machine, imagePath, { size: 64 * 1024 })
    faults.add({ operation: 'write', tag: 'header', nth: 0, fault: 'EIO' })
    const act = resizeImage(machine, imagePath, plan, { consent: ['lose-data-past-end'] })
    await expect(act.catch(reasonOf)).resolves.toBe('write-failed')
    const { header } = readHeaderArea(new MemoryFile(machine.bytesOf(imagePath)))
    expect(header.size).toBe(128 * 1024)
  })
})
