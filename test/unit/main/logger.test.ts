import { readdir, readFile, stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openLog } from '../../../main/log/logger.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const linesOf = async (file: string): Promise<readonly unknown[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))

test('lines are JSON with the facts of their child logger, from the level that is set', async () => {
  await using folder = await tempFolder()
  const log = openLog(folder.path, 'info')
  const ofJob = log.child({ job: '7' })
  ofJob.debug('too fine')
  ofJob.info('job started', { image: '/vm/a.qcow2' })
  log.setLevel('debug')
  ofJob.debug('fine enough')
  log.error('alone')
  await log.close()
  expect(await linesOf(folder.file('platter.log'))).toMatchObject([
    { level: 'info', message: 'job started', job: '7', image: '/vm/a.qcow2' },
    { level: 'debug', message: 'fine enough', job: '7' },
    { level: 'error', message: 'alone' },
  ])
})

test('files rotate, and five of two mebibytes are kept', async () => {
  await using folder = await tempFolder()
  // A session is one process's log; several sessions together outgrow the limit.
  for (let session = 0; session < 4; session++) {
    const log = openLog(folder.path, 'info')
    for (let line = 0; line < 1_100; line++) log.info('x'.repeat(4_000))
    await log.close()
  }
  const names = await readdir(folder.path)
  expect(names.length).toBeGreaterThan(1)
  expect(names.length).toBeLessThanOrEqual(5)
  for (const name of names) {
    expect((await stat(folder.file(name))).size).toBeLessThan(2.5 * 1024 * 1024)
  }
})
