import { expect, test } from 'vitest'
import { cannotMount, coreModule, onSmallDisk } from '../../../helpers/small-disk.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.skipIf(cannotMount).each([
  ['with clusters of 64 KiB', 16],
  ['with clusters of 512 bytes', 9],
])(
  'an image %s on a disk that fills up keeps what it had, and works on once there is space (needs root or user namespaces)',
  async (_name, clusterBits) => {
    await using folder = await tempFolder()
    const said = onSmallDisk(
      folder.path,
      `
      import assert from 'node:assert/strict'
      import { spawnSync } from 'node:child_process'
      const { nodeHost } = ${coreModule('io/node-host.ts')}
      const { createDevice, openDevice } = ${coreModule('device/open-device.ts')}
      const path = ${JSON.stringify(folder.file('disk.qcow2'))}
      const ballast = await nodeHost.createFile(${JSON.stringify(folder.file('ballast'))})
      ballast.allocate(0, 256 * 1024)
      const block = (number) => new Uint8Array(16384).fill(number % 251 + 1)
      const config = { discard: true }

      // A change that found no space may leave clusters behind that nothing refers to.
      const verdict = () => ({ 0: 'sound', 3: 'sound' })[spawnSync('qemu-img', ['check', path]).status]

      let device = await createDevice(nodeHost, path, {
        format: 'qcow2', size: 8 * 1024 * 1024, clusterSize: 2 ** ${clusterBits},
      }, { config })
      let written = 0
      try {
        for (;; written++) {
          await device.write(block(written), written * 16384)
          await device.flush()
        }
      } catch (error) {
        console.log(error.reason, error.context.errno, written > 5)
      }
      // What was not flushed may not fit either.
      await device.close().catch((error) => assert.equal(error.reason, 'no-space'))
      console.log(verdict())

      const sound = async () => {
        const into = new Uint8Array(16384)
        for (let number = 0; number < written; number++) {
          await device.read(into, number * 16384)
          if (!into.every((byte) => byte === number % 251 + 1)) return 'lost ' + number
        }
        return 'all there'
      }
      device = await openDevice(nodeHost, path, { config })
      console.log(await sound())
      ballast.truncate(0)
      await ballast.flush()
      await device.write(block(written), written * 16384)
      written++
      await device.flush()
      console.log(await sound())
      await device.close()
      console.log(verdict())
      `,
    )
    expect(said).toEqual(['no-space ENOSPC true', 'sound', 'all there', 'all there', 'sound'])
  },
)
