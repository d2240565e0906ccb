/**
 * A process that writes to an image until it is killed: `node writing-process.ts IMAGE SEED [compacting]`.
 * Reports on its standard output, synchronously: what was reported has happened. While it is `compacting`,
 * one compaction of the open image follows the other.
 */
import { openDevice } from '../../../core/device/open-device.ts'
import { setImmediate as turn } from 'node:timers/promises'
import type { BlockDevice } from '../../../core/device/block-device.ts'
import { nodeHost } from '../../../core/io/node-host.ts'
import { performAction } from '../../model/guest-actions.ts'
import { tellNow } from './tell-now.ts'
import { formatReport, toldActions, type Report } from './told.ts'

const [image = '', seed = '', compacting = ''] = process.argv.slice(2)

const report = (what: Report): void => tellNow(formatReport(what))

const device = await openDevice(nodeHost, image)
const { virtualSize } = device.info()
const clusterSize = device.header()?.geometry.clusterSize ?? 512
if (compacting === 'compacting') void compactForEver(device)
let action = 0
for (const told of toldActions(Number(seed), { virtualSize, clusterSize })) {
  report({ kind: 'begun', action })
  await performAction(device, told, action + 1)
  if (told.kind === 'flush') report({ kind: 'flushed', action })
  action++
}

/** Whatever goes wrong ends the process, and its parent sees that nobody killed it. */
async function compactForEver(disk: BlockDevice): Promise<never> {
  for (;;) {
    await disk.compact()
    await turn()
  }
}
