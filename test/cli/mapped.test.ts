import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorJson } from '../../cli/schemas/error-json.ts'
import { mappedJson } from '../../cli/schemas/mapped-json.ts'
import { createEngine } from '../../core/node-engine.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'
import { shell } from './shell.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

beforeAll(async () => {
  folder = await tempFolder('cli-mapped')
  await createQcow2(file('disk.qcow2'), '1T')
  await qemuIo(file('disk.qcow2'), 'write -P 1 64k 192k', 'write -z 128k 64k', 'write -P 0 512G 1M')
  await qemuIo(file('disk.qcow2'), 'write -c -P 2 1M 64k', 'write -P 3 1114112 64k')
})
afterAll(() => folder[Symbol.asyncDispose]())

const header = '# offset (bytes), length (bytes)\n'

describe('mapped', () => {
  it('prints one line for each extent, however it is stored', async () => {
    expect(await run('mapped', 'disk.qcow2')).toEqual({
      exitCode: 0,
      stdout: `${header}0x10000 65536\n0x30000 65536\n0x100000 131072\n0x8000000000 1048576\n`,
      stderr: '',
    })
  })

  it('--ignore-zeroes leaves out what is stored and all zero', async () => {
    const { stdout } = await run('mapped', '--ignore-zeroes', 'disk.qcow2')
    expect(stdout).toBe(`${header}0x10000 65536\n0x30000 65536\n0x100000 131072\n`)
  })

  it('keeps to the part that was asked for', async () => {
    const { stdout } = await run('mapped', '--offset', '70000', '--bytes', '1MiB', 'disk.qcow2')
    expect(stdout).toBe(`${header}0x11170 61072\n0x30000 65536\n0x100000 70000\n`)
    const past = await run('mapped', '--offset', '1T', '--bytes', '1', 'disk.qcow2')
    expect(past).toMatchObject({ exitCode: 1, stdout: '' })
    expect(past.stderr).toContain('ends at byte 1099511627777; the disk ends at byte 1099511627776')
  })

  it('--json is JSON with a version, and sums up', async () => {
    const { stdout } = await run('mapped', '--json', 'disk.qcow2')
    expect(mappedJson.parse(JSON.parse(stdout))).toEqual({
      version: 1,
      filename: 'disk.qcow2',
      extents: [
        { offset: 65_536, length: 65_536 },
        { offset: 196_608, length: 65_536 },
        { offset: 1_048_576, length: 131_072 },
        { offset: 549_755_813_888, length: 1_048_576 },
      ],
      count: 4,
      bytes: 1_310_720,
    })
  })

  it('takes folders and several files, of which one is no image', async () => {
    await mkdir(file('vm/empty'), { recursive: true })
    await qemuImg('create', '-q', '-f', 'qcow2', file('vm/empty/none.qcow2'), '0')
    await writeFile(file('vm/line\nbreak.raw'), 'x'.repeat(5000))
    const text = await run('mapped', 'vm', 'disk.qcow2')
    expect(text.stdout).toBe(
      `# vm/empty/none.qcow2\n${header}# vm/line\\x0abreak.raw\n${header}0x0 5000\n` +
        `# disk.qcow2\n${header}0x10000 65536\n0x30000 65536\n0x100000 131072\n0x8000000000 1048576\n`,
    )
    const json = await run('mapped', '--json', 'gone.qcow2', 'vm')
    expect(json).toMatchObject({
      exitCode: 1,
      stderr: 'platter: 3 images: 1 not done, 2 done\n',
    })
    const failed = z.strictObject({ filename: z.string(), error: errorJson })
    const [gone, ...others] = z.array(z.union([failed, mappedJson])).parse(JSON.parse(json.stdout))
    expect(gone).toMatchObject({ filename: 'gone.qcow2', error: { code: 'PLT-1100' } })
    expect(others).toEqual([
      { version: 1, filename: 'vm/empty/none.qcow2', extents: [], count: 0, bytes: 0 },
      {
        version: 1,
        filename: 'vm/line\nbreak.raw',
        extents: [{ offset: 0, length: 5000 }],
        count: 1,
        bytes: 5000,
      },
    ])
  })

  it('says what is missing, after the extents before it', async () => {
    await mkdir(file('else'))
    await createQcow2(file('else/base.qcow2'), '1M')
    const base = path.join('else', 'base.qcow2')
    await createQcow2(file('top.qcow2'), '1M', 'cluster_size=64k', '-b', base, '-F', 'qcow2')
    await qemuIo(file('top.qcow2'), 'write 0 64k')
    const { exitCode, stdout, stderr } = await run('mapped', '--links', 'deny', 'top.qcow2')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: `${header}0x0 65536\n` })
    expect(stderr).toContain('base.qcow2')
  })

  it('tells of very many extents, and stops when nobody listens any more', async () => {
    const words = { kind: '2', size: 2 ** 24, clusterSize: 512 } as const
    await createEngine().makePattern(file('many.qcow2'), words)
    const all = await run('mapped', 'many.qcow2')
    const lines = all.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2 ** 14 + 1)
    expect([lines[1], lines.at(-1)]).toEqual(['0x200 512', '0xfffe00 512'])
    const { stdout, stderr } = await shell('platter mapped many.qcow2 | head -n 3', folder.path)
    expect({ stdout, stderr }).toEqual({ stdout: `${header}0x200 512\n0x600 512\n`, stderr: '' })
  })
})
