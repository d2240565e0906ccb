import { expect, test } from 'vitest'
import {
  cannotMount,
  cannotMountThin,
  coreModule,
  onSmallDisk,
  onThinDisk,
} from '../../../helpers/small-disk.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.skipIf(cannotMount)(
  'a full disk is named by every way to need space, and what was there stays (needs root or user namespaces)',
  async () => {
    await using folder = await tempFolder()
    const said = onSmallDisk(
      folder.path,
      `
      const { nodeHost } = ${coreModule('io/node-host.ts')}
      const file = await nodeHost.createFile(${JSON.stringify(folder.file('a'))})
      const said = async (act) => {
        try { console.log(await act()) } catch (error) { console.log(error.reason, error.context.errno) }
      }
      file.writeNow(new Uint8Array(4096).fill(1), 0, 'data')
      await file.flush()
      const large = new Uint8Array(2 * 1024 * 1024).fill(2)
      await said(() => file.allocate(0, large.length))
      await said(() => file.writeNow(large, 4096, 'data'))
      await said(() => file.write(large, 4096, 'data'))
      const first = new Uint8Array(4096)
      file.readNow(first, 0, 'data')
      console.log(first.every((byte) => byte === 1))
      file.punchHole(4096, large.length)
      await said(() => file.write(large.subarray(0, 65536), 4096, 'data'))
      await file.flush()
      await file.close()
      `,
    )
    expect(said).toEqual([
      'no-space ENOSPC',
      'no-space ENOSPC',
      'no-space ENOSPC',
      'true',
      'undefined',
    ])
  },
)

test.skipIf(cannotMountThin())(
  'a flush that the disk refuses fails, and so does everything after it (needs root and loop devices)',
  async () => {
    await using folder = await tempFolder()
    const said = onThinDisk(
      folder.path,
      `
      const { nodeHost } = ${coreModule('io/node-host.ts')}
      const file = await nodeHost.createFile(${JSON.stringify(folder.file('mounted', 'a'))})
      const said = async (act) => {
        try { console.log(await act()) } catch (error) { console.log(error.reason) }
      }
      file.writeNow(new Uint8Array(65536).fill(1), 0, 'data')
      await said(() => file.flush())
      await said(() => file.write(new Uint8Array(8 * 1024 * 1024).fill(2), 65536, 'data'))
      await said(() => file.flush())
      await said(() => file.flush())
      await said(() => file.writeNow(new Uint8Array(1), 0, 'data'))
      `,
    )
    expect(said).toEqual(['undefined', 'undefined', 'flush-failed', 'flush-failed', 'flush-failed'])
  },
)
