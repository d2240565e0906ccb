/** An image whose clusters are all neighbours is one run over all tables there are. */
import { expect, it } from 'vitest'
import { createEngine } from '../../../../core/index.ts'
import { qemuImg } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const burn = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

it('hears of a cancel between its tables, on a disk that answers slowly', async () => {
  await using folder = await tempFolder()
  const file = folder.file('contiguous.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', file, '128G')
  const reads = { all: 0, after: 0 }
  const stop = new AbortController()
  const slow = createEngine({
    trace: ({ action, tag }) => {
      if (action !== 'read' || tag !== 'l2-table') return
      reads.all += 1
      if (stop.signal.aborted) reads.after += 1
      burn(2)
    },
  })
  await expect(
    slow.summarizeAllocation(file, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    }),
  ).rejects.toMatchObject({ reason: 'cancelled' })
  // There are 256 of them.
  expect(reads.all).toBeGreaterThan(0)
  expect(reads.all).toBeLessThan(128)
  expect(reads.after).toBeLessThan(16)

  reads.all = 0
  const { extentCount, totals } = await createEngine().summarizeAllocation(file)
  expect({ extentCount, data: totals.data }).toEqual({ extentCount: 1, data: 128 * 2 ** 30 })
})
