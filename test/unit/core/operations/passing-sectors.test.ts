import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../../core/base/crc32.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { passingSectors } from '../../../../core/operations/passing-sectors.ts'
import { planRepair } from '../../../../core/operations/plan-repair.ts'
import { repairImage } from '../../../../core/operations/repair.ts'
import { undoRepair } from '../../../../core/operations/undo-repair.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'
import { FaultFile, Faults, type FaultRule } from '../../../storage/fault-file.ts'

const imagePath = '/disk.qcow2'
const reasonOf = (error: unknown) => (error instanceof ImageError ? error.reason : error)

/** An image marked as corrupt, with a count that is too low: the repair writes its header twice. */
function damagedBytes(): Uint8Array {
  const image = new Qcow2Builder({ clusterBits: 9 }).data(0).data(1)
  image.header('incompatibleFeatures', 2n)
  image.bytes.writeUInt16BE(0, image.refcountBlockCluster * 512 + image.hostClusterOf(0) * 2)
  return Uint8Array.from(image.bytes)
}

async function repairWith(rule: Omit<FaultRule, 'fault'>) {
  const before = damagedBytes()
  const machine = new CrashMachine(new CrashLog<number>(), { [imagePath]: before })
  const faults = new Faults()
  machine.wrap = (file) => new FaultFile(file, faults)
  const plan = await planRepair(machine, imagePath)
  faults.add({ ...rule, fault: 'EIO' })
  const reason = await repairImage(machine, imagePath, plan).then(() => 'done', reasonOf)
  faults.clear()
  return { machine, before, reason }
}

describe('a repair that writes the header twice', () => {
  it('is taken back when the second write fails', async () => {
    const { machine, before, reason } = await repairWith({
      operation: 'write',
      tag: 'header',
      nth: 1,
    })
    expect(reason).toBe('write-failed')
    expect(machine.names).toEqual([imagePath])
    expect(machine.bytesOf(imagePath)).toEqual(before)
  })

  it('can be undone when it stopped between the two', async () => {
    // Of the safety copy, the tables, the first header.
    const { machine, before, reason } = await repairWith({ operation: 'flush', nth: 2 })
    expect(reason).toBe('repair-interrupted')
    const copy = `${imagePath}.repair-undo-1`
    await expect(undoRepair(machine, imagePath, copy)).resolves.toMatchObject({ state: 'partly' })
    expect(machine.bytesOf(imagePath)).toEqual(before)
  })
})

describe('sectors that are written several times', () => {
  const filled = (length: number, value: number) => new Uint8Array(length).fill(value)

  it('are known by what they hold before the last write, whatever parts the writes have', () => {
    const file = new MemoryFile(filled(2048, 1))
    const sector = filled(512, 1)
    sector.fill(2, 100)
    const epochs = [
      [{ at: 100, bytes: filled(412, 2), tag: 'header' as const }],
      [
        { at: 512, bytes: filled(1024, 3), tag: 'data' as const },
        { at: 0, bytes: filled(512, 4), tag: 'header' as const },
        { at: 500, bytes: filled(24, 5), tag: 'header' as const },
      ],
    ]
    expect(passingSectors(file, epochs)).toEqual([
      { at: 0, sum: crc32(sector) },
      { at: 512, sum: crc32(filled(512, 3)) },
      { at: 0, sum: crc32(filled(512, 4)) },
    ])
  })

  it('are none where each is written once', () => {
    const write = (at: number) => ({ at, bytes: filled(512, 1), tag: 'data' as const })
    expect(passingSectors(new MemoryFile({ size: 0 }), [[write(0), write(512)]])).toEqual([])
  })
})
