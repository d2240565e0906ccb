import { expect, test } from 'vitest'
import { compactInPlace } from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { use } from '../../../../../core/qcow2/compact/survey.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { findingsOf } from '../../../../helpers/findings.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

/*
 * Made by hand: QEMU creates a LUKS image only where it can measure how fast it derives keys. LUKS takes
 * its initialization vectors from the place in the file, so data that moves is data that is lost.
 */
const clusterSize = 4096
const headerCluster = 4

function encrypted(): Qcow2Builder {
  const pointer = new DataView(new ArrayBuffer(16))
  pointer.setBigUint64(0, BigInt(headerCluster * clusterSize))
  pointer.setBigUint64(8, BigInt(2 * clusterSize))
  const extension = { type: 0x0537_be77, data: new Uint8Array(pointer.buffer) }
  return new Qcow2Builder({ virtualSize: 4 * 512 * clusterSize, extensions: [extension] }).leak(2)
}

test('Data of a LUKS image and its header stay where they are; tables behind them move', async () => {
  const builder = encrypted()
    .leak(3)
    .data(0)
    .data(600)
    .data(1100)
    .snapshot({ id: '1', name: 'one' })
  const bytes = builder.build().header('cryptMethod', 2).bytes
  const data = [0, 600, 1100].map((guest) => builder.hostClusterOf(guest))
  const file = new MemoryFile(bytes)
  const outcome = await compactInPlace(file, readHeaderArea(file))
  expect(outcome.moved).toMatchObject({ data: 0 })
  expect(outcome.before - outcome.after).toBe(3 * clusterSize)
  expect(await findingsOf(file)).toEqual([])
  const { kinds } = await surveyImage(file, readHeaderArea(file))
  for (const cluster of [0, headerCluster, headerCluster + 1, ...data]) {
    expect(kinds[cluster]).toBe(use.fixed)
  }
})
