/** A disk that grew keeps its second partition table where the end was, and nobody reads that any more. */
import { describe, expect, it } from 'vitest'
import { planResize } from '../../../../core/operations/plan-resize.ts'
import { resizeImage } from '../../../../core/operations/resize.ts'
import { gptDisk } from '../../../helpers/gpt-disk.ts'
import { imagePath } from '../../../crash/scenarios/small-images.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'

const sectors = 60

async function grown(sectorSize: 512 | 4096): Promise<CrashMachine<never>> {
  const content = gptDisk({ sectors, parts: [{ first: 8, last: 27 }], sectorSize })
  const machine = new CrashMachine(new CrashLog<never>(), { [imagePath]: content })
  for (const size of [90, 120]) {
    const options = { size: size * sectorSize, moveGptBackup: true }
    await resizeImage(machine, imagePath, await planResize(machine, imagePath, options))
  }
  return machine
}

/** The same disk after `change`. */
async function changed(
  sectorSize: 512 | 4096,
  change: (content: Uint8Array) => void,
): Promise<CrashMachine<never>> {
  const file = (await grown(sectorSize)).files().get(imagePath)
  if (file === undefined) throw new Error('the image is gone')
  change(file)
  return new CrashMachine(new CrashLog<never>(), { [imagePath]: file })
}

const cutAt = async (machine: CrashMachine<never>, size: number, moveGptBackup = true) =>
  (await planResize(machine, imagePath, { size, moveGptBackup })).cut?.content

describe.each([512, 4096] as const)('shrinking a disk with sectors of %i bytes', (sectorSize) => {
  it('counts none of the tables that its growing left behind as data', async () => {
    const machine = await grown(sectorSize)
    expect(await cutAt(machine, 40 * sectorSize)).toMatchObject({ dataBytes: 0, complete: true })
  })

  it('counts what lies between them', async () => {
    const at = 70 * sectorSize
    const machine = await changed(sectorSize, (disk) => disk.fill(0x5a, at, at + 512))
    expect(await cutAt(machine, 40 * sectorSize)).toMatchObject({ dataBytes: 512 })
  })

  it('counts the head of a table that says that it belongs elsewhere', async () => {
    const header = (sectors - 1) * sectorSize
    const machine = await changed(sectorSize, (disk) =>
      disk.copyWithin(70 * sectorSize, header, header + sectorSize),
    )
    expect(await cutAt(machine, 40 * sectorSize)).toMatchObject({ dataBytes: 512 })
  })

  it('counts the table in use where that does not move', async () => {
    const machine = await grown(sectorSize)
    const found = await cutAt(machine, 40 * sectorSize, false)
    expect(found?.dataBytes).toBeGreaterThan(0)
  })
})
