/** What an open device does after an access failed. */
import { expect, it } from 'vitest'
import { openDevice } from '../../core/device/open-device.ts'
import { smallImage, imagePath } from '../crash/scenarios/small-images.ts'
import { seededRandom } from '../helpers/random.ts'
import { tellingBytes } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { FaultFile, Faults } from '../storage/fault-file.ts'

async function openFaulty() {
  const { files, clusterSize } = await smallImage(seededRandom(3), { clusters: 20 })
  const machine = new CrashMachine(new CrashLog<never>(), files)
  const faults = new Faults()
  machine.wrap = (file) => new FaultFile(file, faults)
  const device = await openDevice(machine, imagePath)
  const read = async (at: number, length: number) => {
    const into = new Uint8Array(length)
    await device.read(into, at)
    return into
  }
  return { machine, faults, device, clusterSize, read }
}

it('goes on writing once a full disk has room again', async () => {
  const { faults, device, clusterSize, read } = await openFaulty()
  const length = 12 * clusterSize
  const bytes = tellingBytes(0, length, 1)
  faults.add({ operation: 'write', tag: 'data', nth: 1, fault: 'ENOSPC' })
  await expect(device.write(bytes, 0)).rejects.toMatchObject({ reason: 'no-space' })
  await device.write(bytes, 0)
  await device.flush()
  expect(await read(0, length)).toEqual(bytes)
  await device.assertConsistent()
  await device.close()
})

it('saves everything at the next flush when tables did not fit at the first', async () => {
  const { machine, faults, device, clusterSize, read } = await openFaulty()
  const bytes = tellingBytes(0, 20 * clusterSize, 1)
  await device.write(bytes, 0)
  faults.add({ operation: 'write', tag: 'l2-table', nth: 0, fault: 'ENOSPC' })
  await expect(device.flush()).rejects.toMatchObject({ reason: 'no-space' })
  expect(await read(0, bytes.length)).toEqual(bytes)
  await device.flush()
  await device.close()
  await using again = await openDevice(machine, imagePath)
  const into = new Uint8Array(bytes.length)
  await again.read(into, 0)
  expect(into).toEqual(bytes)
  expect(await again.check()).toMatchObject({ verdict: 'clean' })
})

it('changes nothing more after a flush that failed, and is as good as new when opened again', async () => {
  const { machine, faults, device, clusterSize } = await openFaulty()
  const bytes = tellingBytes(0, 2 * clusterSize, 1)
  await device.write(bytes, 0)
  faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
  await expect(device.flush()).rejects.toMatchObject({ reason: 'flush-failed' })
  await expect(device.write(bytes, 0)).rejects.toMatchObject({ reason: 'device-failed' })
  await expect(device.flush()).rejects.toMatchObject({ reason: 'device-failed' })
  await device.close()
  expect(machine.held).toEqual([])
  await using again = await openDevice(machine, imagePath)
  await again.write(bytes, 0)
  await again.flush()
  expect((await again.check())?.verdict).toMatch(/clean|leaks/)
})

it('reads what it can after a read that failed', async () => {
  const { faults, device, clusterSize, read } = await openFaulty()
  const bytes = tellingBytes(0, clusterSize, 1)
  await device.write(bytes, 0)
  faults.add({ operation: 'read', tag: 'data', nth: 0, fault: 'EIO' })
  await expect(read(0, clusterSize)).rejects.toMatchObject({ reason: 'read-failed' })
  expect(await read(0, clusterSize)).toEqual(bytes)
  await device.close()
})
