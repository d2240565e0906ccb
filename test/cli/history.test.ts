import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let image: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await tempFolder('cli-history')
  image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '1M')
  env = { PLATTER_DATA: folder.file('data'), PLATTER_LOGS: folder.file('logs') }
})
afterAll(() => folder[Symbol.asyncDispose]())

interface Job {
  readonly imagePath: string
  readonly state: string
  readonly actor: string
  readonly request: { readonly kind: string }
}
const jobsOf = async (...words: string[]): Promise<readonly Job[]> => {
  const { exitCode, stdout } = await platter([...words, '--json'], { env })
  expect(exitCode).toBe(0)
  return JSON.parse(stdout) as Job[]
}

describe('history', () => {
  it('is empty at first, in words and in JSON', async () => {
    expect((await platter(['history'], { env })).stdout).toBe('Nothing in the history.\n')
    expect((await platter(['jobs'], { env })).stdout).toBe('Nothing runs or waits.\n')
    expect(await jobsOf('history')).toEqual([])
    expect(await jobsOf('jobs')).toEqual([])
  })

  it('remembers checks and digests of the command line, newest first, failed ones too', async () => {
    await platter(['check', image], { env })
    await platter(['sha', image], { env })
    await writeFile(folder.file('empty.qcow2'), '')
    await platter(['check', folder.file('empty.qcow2')], { env })
    const found = await jobsOf('history')
    expect(found).toMatchObject([
      { request: { kind: 'check' }, state: 'failed', actor: 'cli' },
      { request: { kind: 'hash' }, state: 'succeeded', imagePath: image },
      { request: { kind: 'check' }, state: 'succeeded', imagePath: image },
    ])
    expect(await jobsOf('history', image)).toHaveLength(2)
    expect(await jobsOf('history', '--limit', '1')).toHaveLength(1)
    const { stdout } = await platter(['history'], { env })
    expect(stdout).toMatch(/^WHEN\s+WHAT\s+IMAGE\s+STATE/)
    expect(stdout).not.toMatch(/undefined|NaN/)
  })

  it('keeps nothing of a run with --no-history', async () => {
    const before = await jobsOf('history')
    await platter(['check', '--no-history', image], { env })
    expect(await jobsOf('history')).toEqual(before)
  })

  it('that cannot be written costs a line, never the answer', async () => {
    const blocked = folder.file('blocked')
    await mkdir(path.dirname(blocked), { recursive: true })
    await writeFile(blocked, 'a file where the data folder should be')
    const run = await platter(['check', image], { env: { ...env, PLATTER_DATA: blocked } })
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toContain('no problems found')
    expect(run.stderr).toMatch(/^platter: this run is not in the history: .+\n$/)
  })
})
