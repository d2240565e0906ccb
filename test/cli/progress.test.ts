import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { progressJson } from '../../cli/schemas/progress-json.ts'
import { columnsOf } from '../../cli/terminal/text-width.ts'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { entry, entryEnvironment, platter } from './run-platter.ts'

let folder: TempFolder
let image: string

beforeAll(async () => {
  folder = await tempFolder('cli-progress')
  image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '64M')
  await qemuIo(image, 'write -P 1 0 24M', 'write -P 0 30M 8M', 'discard 4M 4M')
  await writeFile(folder.file('broken.qcow2'), 'no image at all')
})
afterAll(() => folder[Symbol.asyncDispose]())

async function reportsOf(...words: string[]) {
  let lines: Promise<string> | undefined
  const run = await platter(words, {
    extraStdio: ['pipe'],
    onStart: (child) => {
      lines = text(child.stdio[3] as Readable)
    },
  })
  const reports = ((await lines) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => progressJson.parse(JSON.parse(line)))
  return { run, reports }
}

describe('--progress-fd', () => {
  it.each([['sha'], ['check', '--deep'], ['compact', '--mode', 'in-place']])(
    'of %s %s %s gets one JSON object a line, never goes back, and ends at 100',
    async (...verb) => {
      const { run, reports } = await reportsOf(...verb, '--progress-fd', '3', image)
      expect(run).toMatchObject({ exitCode: 0, stderr: '' })
      expect(reports.length).toBeGreaterThan(1)
      for (const { phase, filename, unit, done, total } of reports) {
        expect({ filename, phase: phase !== '' }).toEqual({ filename: image, phase: true })
        expect(['bytes', 'clusters', 'files']).toContain(unit)
        expect(done).toBeLessThanOrEqual(total === 0 ? done : total)
      }
      const percents = reports.map(({ progress }) => progress)
      expect(percents).toEqual(percents.toSorted((a, b) => a - b))
      expect(percents.at(-1)).toBe(100)
      expect(percents.filter((percent) => percent === 100)).toHaveLength(1)
    },
  )

  it('never gets 100 when something could not be done', async () => {
    const words = ['sha', '--progress-fd', '3', image, folder.file('broken.qcow2')]
    const { run, reports } = await reportsOf(...words)
    expect(run.exitCode).toBe(1)
    expect(reports.at(-1)?.progress).toBe(99)
  })

  it.each([
    ['1', 'standard output is for the answer'],
    ['77', 'not open'],
    ['0', 'from 1 to 255'],
    // What Node waits with, for a start.
    ...(process.platform === 'linux' ? [['3', 'not open']] : []),
  ])('%s is a usage error', async (descriptor, why) => {
    const { exitCode, stdout, stderr } = await platter(['sha', '--progress-fd', descriptor, image])
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(why)
  })
})

/** What a terminal of `columns` columns is sent; stdout and stderr are both that terminal. */
async function onTerminal(columns: number, ...words: string[]): Promise<string> {
  const command = `stty cols ${columns} rows 24; exec "$NODE" "$ENTRY" ${words.join(' ')} "$IMAGE"`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...entryEnvironment,
      NODE: process.execPath,
      ENTRY: entry,
      IMAGE: image,
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm',
    },
  })
  const [sent] = await Promise.all([text(child.stdout), once(child, 'close')])
  return sent
}

const clear = '\r\u001b[K'

describe('the bar on a terminal', () => {
  it.each([120, 60, 24])('fits %d columns, and is gone before the answer', async (columns) => {
    const sent = await onTerminal(columns, 'sha', '--no-history')
    const pieces = sent.split(clear)
    expect(pieces.length).toBeGreaterThan(2)
    const [before, ...drawn] = pieces
    const answer = drawn.pop() ?? ''
    expect(before).toBe('')
    for (const bar of drawn) {
      expect(bar).toMatch(/\d %/)
      expect(columnsOf(bar)).toBeLessThan(columns)
    }
    expect(drawn.some((bar) => bar.includes('disk.qcow2'))).toBe(true)
    expect(answer).toMatch(/^[0-9a-f]{64} {2}\S+disk\.qcow2\r\n$/)
  })

  it('leaves whole lines to a verb that prints while it works', async () => {
    const sent = await onTerminal(100, 'map')
    const lines = sent.split(clear).join('\n').split('\n')
    const rows = lines.filter((line) => line.includes('disk.qcow2\r') && line.includes(' data '))
    expect(rows.length).toBeGreaterThan(1)
    for (const row of rows) expect(row).toMatch(/^ +0x[0-9a-f]+ +\S+ MiB +data/)
  })

  it.each([['--quiet'], ['--trace'], ['--debug']])('is not drawn with %s', async (option) => {
    const sent = await onTerminal(100, 'sha', '--no-history', option)
    expect(sent).not.toContain(clear)
    expect(sent).not.toContain('%')
  })
})

describe('where nobody looks', () => {
  it('nothing is drawn', async () => {
    expect((await platter(['check', image])).stderr).toBe('')
  })

  it('--progress prints a line now and then', async () => {
    const { exitCode, stdout, stderr } = await platter(['sha', '--progress', image])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}\S+\n$/)
    expect(stderr).toMatch(/^platter: \d+ % {2}disk\.qcow2 {2}working on data {2}.+ of 64 MiB.*\n$/)
  })
})
