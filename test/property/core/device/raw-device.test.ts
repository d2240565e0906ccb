import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Device } from '../../../../core/device/device.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { RawDisk } from '../../../../core/device/raw-disk.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import type { WritableFile } from '../../../../core/storage/writable-file.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'
import { bursts, Compared } from './calls.ts'

/** Not whole sectors: the disk is longer than its file until the end is written. */
const fileBytes = 70_000
const diskBytes = 70_144

const rawDevice = (file: WritableFile, discard: boolean): Device => {
  const config = deviceConfig({ discard })
  return new Device(new RawDisk(file, config), config)
}

it('a raw device holds what any calls left in it, side by side or not', async () => {
  await fc.assert(
    fc.asyncProperty(bursts(diskBytes), fc.boolean(), async (work, discard) => {
      await using device = rawDevice(new MemoryFile({ size: fileBytes }), discard)
      expect(device.info().virtualSize).toBe(diskBytes)
      await expect(
        new Compared(device, new Uint8Array(diskBytes)).make(work),
      ).resolves.toBeUndefined()
    }),
    { numRuns: 80, seed: 34 },
  )
})

it('so it does on a file of the host, with holes', async () => {
  await fc.assert(
    fc.asyncProperty(bursts(diskBytes), fc.boolean(), async (work, discard) => {
      await using folder = await tempFolder()
      const file = await nodeHost.createFile(folder.file('disk.raw'))
      file.truncate(fileBytes)
      await using device = rawDevice(file, discard)
      await expect(
        new Compared(device, new Uint8Array(diskBytes)).make(work),
      ).resolves.toBeUndefined()
    }),
    { numRuns: 15, seed: 35 },
  )
})
