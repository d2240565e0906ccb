/**
 * A process that writes to an image until it is killed: `node writing-process.ts IMAGE SEED`. Reports on its
 * standard output, synchronously: what was reported has happened.
 */
import { openDevice } from '../../../core/device/open-device.ts'
import { nodeHost } from '../../../core/io/node-host.ts'
import { performAction } from '../../model/guest-actions.ts'
import { tellNow } from './tell-now.ts'
import { formatReport, toldActions, type Report } from './told.ts'

const [image = '', seed = ''] = process.argv.slice(2)

const report = (what: Report): void => tellNow(formatReport(what))

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
