/**
 * A process that writes to an image until it is killed: `node writing-process.ts IMAGE SEED`. Reports on its
 * standard output, synchronously: what was reported has happened.
 */
import { writeSync } from 'node:fs'
import { openDevice } from '../../../core/device/open-device.ts'
import { nodeHost } from '../../../core/io/node-host.ts'
import { performAction } from '../../model/guest-actions.ts'
import { formatReport, toldActions, type Report } from './told.ts'

const [image = '', seed = ''] = process.argv.slice(2)

/** The pipe does not block, and a busy parent reads late: then this waits for it. */
function report(what: Report): void {
  const line = formatReport(what)
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

const device = await openDevice(nodeHost, image)
const { virtualSize } = device.info()
const clusterSize = device.header()?.geometry.clusterSize ?? 512
let action = 0
for (const told of toldActions(Number(seed), { virtualSize, clusterSize })) {
  report({ kind: 'begun', action })
  await performAction(device, told, action + 1)
  if (told.kind === 'flush') report({ kind: 'flushed', action })
  action++
}
