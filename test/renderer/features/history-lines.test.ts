import { expect, it } from 'vitest'
import type { Job } from '../../../ipc/schemas/job.ts'
import { historyLines } from '../../../renderer/features/history/history-lines.ts'

const job = (id: string, batchId?: string): Job => ({
  id,
  request: { kind: 'check', depth: 'metadata' },
  imageId: 1,
  imageName: 'web01.qcow2',
  imagePath: '/vm/web01.qcow2',
  ...(batchId !== undefined && { batchId }),
  state: 'succeeded',
  actor: 'desktop',
  queuedAt: 0,
  engineVersion: '1.0.0',
})

it('a run over many images is one line, where its newest job stands', () => {
  const jobs = [job('9'), job('8', 'b'), job('7', 'a'), job('6', 'b'), job('5')]
  expect(
    historyLines(jobs).map((line) =>
      line.kind === 'job' ? line.job.id : [line.batchId, line.jobs.map(({ id }) => id)],
    ),
  ).toEqual(['9', ['b', ['8', '6']], ['a', ['7']], '5'])
})
