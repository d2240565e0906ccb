import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createEngine } from '../../core/index.ts'
import { findJob, insertJob, updateJob } from '../../main/history/jobs.ts'
import { findUndo } from '../../main/history/undos.ts'
import { insertImage } from '../../main/history/images.ts'
import { openDatabase } from '../../main/history/database.ts'
import { findInterruptedRepairs } from '../../main/jobs/interrupted-repairs.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

test('a repair that was cut off can be taken back from its safety copy', async () => {
  await using folder = await tempFolder()
  const file = folder.file('disk.qcow2')
  const image = new Qcow2Builder({}).data(0, 7).build()
  image.setRefcount(image.bytes.length / image.clusterSize, 1n)
  await writeFile(file, Buffer.concat([image.bytes, Buffer.alloc(image.clusterSize)]))
  const engine = createEngine()
  const header = await engine.summarizeHeader(file)
  const { db } = openDatabase(folder.file('platter.db'))
  const now = Date.now()
  const { path: _path, use: _use, ...stored } = header
  const imageId = insertImage(db, { path: file, header: stored, single: true, addedAt: now })
  const interrupted = (startedAt: number): string => {
    const job = insertJob(db, {
      request: { kind: 'repair', parameters: { mode: 'all' } },
      imageId,
      imagePath: file,
      state: 'queued',
      actor: 'desktop',
      engineVersion: engine.version,
      queuedAt: startedAt,
    })
    updateJob(db, { ...job, state: 'interrupted', startedAt, endedAt: startedAt + 1 }, 'cancelled')
    return job.id
  }
  const older = interrupted(now + 60_000)
  expect(await findInterruptedRepairs(db)).toEqual([])

  const plan = await engine.planRepair(file, { mode: 'all' })
  const { safetyCopy = '' } = await engine.repairImage(file, plan)
  const jobId = interrupted(now)
  expect(await findInterruptedRepairs(db)).toEqual([jobId])
  expect(findUndo(db, jobId)).toMatchObject({
    state: 'possible',
    record: { kind: 'repair', safetyCopy },
  })
  expect(findJob(db, jobId)).toMatchObject({ undo: 'possible', canResume: true })
  expect(findUndo(db, older)).toBeUndefined()
  expect(await findInterruptedRepairs(db)).toEqual([])

  await engine.undoRepair(file, safetyCopy)
  expect((await engine.checkImage(file)).leaks).toBe(1)
  db.close()
})
