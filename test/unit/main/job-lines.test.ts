import { appendFile, utimes, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readJobLines } from '../../../main/log/job-lines.ts'
import { openLog } from '../../../main/log/logger.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const job = { id: '12', queuedAt: Date.UTC(2026, 2, 1) }
const at = (seconds: number): string => new Date(job.queuedAt + seconds * 1000).toISOString()
const line = (seconds: number, of: string, message: string): string =>
  `${JSON.stringify({ timestamp: at(seconds), level: 'info', message, job: of })}\n`

test('what the log wrote of a job is told, without what every line repeats', async () => {
  await using folder = await tempFolder()
  const queuedAt = Date.now()
  const log = openLog(folder.path, 'info')
  log.info('services started')
  const ofJob = log.child({ job: '12', kind: 'compact', image: '/vm/a.qcow2' })
  ofJob.info('job started')
  log.child({ job: '1', kind: 'check', image: '/vm/12' }).info('job started')
  ofJob.warn('job phase', { phase: 'moves', total: 5 })
  await log.close()
  const lines = await readJobLines(folder.path, { id: '12', queuedAt })
  expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
    'info job started',
    'warn job phase: phase moves, total 5',
  ])
  expect(lines.every((entry) => entry.at >= queuedAt - 1000)).toBe(true)
})

test('older files come first, torn lines and jobs of another library are passed over', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('platter2.log'), line(1, '12', 'first'))
  await writeFile(folder.file('platter1.log'), line(2, '12', 'second') + line(2, '120', 'other'))
  await writeFile(folder.file('platter.log'), '{"job":"12","mess')
  await appendFile(
    folder.file('platter.log'),
    `\n${line(3, '12', 'third')}not even "job":"12" json\n`,
  )
  await writeFile(folder.file('platter3.log'), line(-9999, '12', 'of a library that started anew'))
  await writeFile(folder.file('platter4.log'), line(4, '12', 'finished before the job'))
  const before = new Date(job.queuedAt - 60_000)
  await utimes(folder.file('platter4.log'), before, before)
  await writeFile(folder.file('other.log'), line(4, '12', 'not of ours'))
  const lines = await readJobLines(folder.path, job)
  expect(lines.map(({ text }) => text)).toEqual(['first', 'second', 'third'])
})

test('of a job that said too much, the last thousand lines are told', async () => {
  await using folder = await tempFolder()
  const text = Array.from({ length: 2500 }, (_, index) => line(index, '12', `line ${index}`)).join(
    '',
  )
  await writeFile(folder.file('platter.log'), text)
  const lines = await readJobLines(folder.path, job)
  expect(lines).toHaveLength(1000)
  expect(lines.at(-1)?.text).toBe('line 2499')
})

test('a folder without a log has nothing to tell', async () => {
  await using folder = await tempFolder()
  expect(await readJobLines(folder.file('nowhere'), job)).toEqual([])
})
