import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let image: string

beforeAll(async () => {
  folder = await tempFolder('cli-debug')
  image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
  await qemuIo(image, 'write -P 1 0 2M', 'write -P 0 2M 1M')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('--debug', () => {
  it('prints versions, what was asked of the engine, what was opened and what was decided', async () => {
    const { exitCode, stderr } = await platter(['compact', '--no-verify', '--debug', image])
    expect(exitCode).toBe(0)
    const lines = stderr.trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^platter debug: \d+\.\d{6} \S/)
    const [first = ''] = lines
    expect(first).toContain('platter compact {"operands":')
    expect(first).toContain(`"node":"${process.version}"`)
    expect(first).toContain('"verify":false')
    expect(stderr).toMatch(/engine: planCompact \{"asked":\[".*disk\.qcow2",\{.*"scan":"sampled"/)
    expect(stderr).toMatch(/file: hold-writing \{"file":".*disk\.qcow2","milliseconds":/)
    expect(stderr).toMatch(/engine: compactImage is done \{.*"outcome":"compacted".*"mode":"/)
    expect(lines.at(-1)).toContain('platter compact has ended {"exitCode":0}')
  })

  it('prints errors with their causes and where they came from, as JSON with --json', async () => {
    const folded = folder.file('folder')
    await writeFile(folder.file('text'), 'no image')
    const { exitCode, stderr } = await platter(['check', '--debug', '--json', folded])
    expect(exitCode).toBe(1)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const failure = lines.find(({ stack }) => stack !== undefined)
    expect(failure).toMatchObject({ level: 'debug' })
    expect(failure?.['stack']).toMatch(/ImageError: [^]+ {4}at [^]+Caused by: [^]+ENOENT/)
    // The answer to the person comes as ever.
    expect(lines.some((line) => 'error' in line && !('level' in line))).toBe(true)
  })

  it('says nothing of itself without being asked', async () => {
    expect((await platter(['info', image])).stderr).toBe('')
  })
})
