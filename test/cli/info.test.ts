import { appendFile, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorJson } from '../../cli/schemas/error-json.ts'
import { createQcow2, qemuImg, qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

beforeAll(async () => {
  folder = await tempFolder('cli-info')
  await createQcow2(file('disk.qcow2'), '64M')
  await qemuImg('snapshot', '-c', 'first', file('disk.qcow2'))
  await qemuImg('snapshot', '-c', 'second.day', file('disk.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('info --filter', () => {
  it.each([
    ['.virtual-size', '67108864\n'],
    ['.format', 'qcow2\n'],
    ['.format-specific.data.corrupt', 'false\n'],
    ['.format-specific.data["compat"]', undefined],
    ['."format-specific"."data"."compat"', '1.1\n'],
    ['.snapshots[1].name', 'second.day\n'],
    ['.snapshots.[0].id', '1\n'],
    ['.snapshots[0].vm-state-size', '0\n'],
  ])('%s is one value, bare', async (path, said) => {
    const { exitCode, stdout } = await run('info', '--filter', path, 'disk.qcow2')
    expect({ exitCode, stdout }).toEqual({
      exitCode: said === undefined ? 64 : 0,
      stdout: said ?? '',
    })
  })

  it('gives objects and lists as JSON, and all of it for a point', async () => {
    const { stdout } = await run('info', '--filter', '.format-specific', 'disk.qcow2')
    const whole = await qemuImgJson<Record<string, unknown>>('info', file('disk.qcow2'))
    expect(JSON.parse(stdout)).toEqual(whole['format-specific'])
    const all = await run('info', '--filter', '.', '--json', 'disk.qcow2')
    expect(JSON.parse(all.stdout)).toMatchObject({ 'virtual-size': 67_108_864 })
  })

  it.each([
    ['.virtual-sise', 'There is no "virtual-sise" in what is known of it; there is .virtual-size.'],
    ['.format-specific.data.corupt', 'in .format-specific.data; there is .corrupt.'],
    ['.snapshots[2].name', 'There is no entry 2 in .snapshots; there is a list of 2, [0] to [1].'],
    [
      '.virtual-size.mega',
      'There is no "mega" in .virtual-size; there is a number, which has no parts.',
    ],
    ['.constructor', 'there is .'],
  ])('%s answers 1 and says what there is', async (path, said) => {
    const { exitCode, stdout, stderr } = await run('info', '--filter', path, 'disk.qcow2')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('(PLT-1660)')
    expect(stderr).toContain(said)
  })

  it.each(['virtual-size', '', '.a..b', '.[x]', '.a['])(
    '%j is a wrong command line',
    async (path) => {
      const { exitCode, stderr } = await run('info', `--filter=${path}`, 'gone.qcow2')
      expect(exitCode).toBe(64)
      expect(stderr).toContain('expected a path such as .virtual-size')
    },
  )

  it('goes over several files, each with its name', async () => {
    await writeFile(file('small.raw'), Buffer.alloc(1024))
    const text = await run('info', '--filter', '.virtual-size', 'small.raw', 'disk.qcow2')
    expect(text.stdout).toBe('small.raw: 1024\ndisk.qcow2: 67108864\n')
    const json = await run('info', '--json', '--filter', '.cluster-size', 'small.raw', 'disk.qcow2')
    expect(json.exitCode).toBe(1)
    const [raw, qcow2] = z
      .tuple([
        z.strictObject({ filename: z.string(), error: errorJson }),
        z.strictObject({ filename: z.string(), value: z.number() }),
      ])
      .parse(JSON.parse(json.stdout))
    expect([raw.error.code, qcow2.value]).toEqual(['PLT-1660', 65_536])
  })
})

describe('info of a file that ends where QEMU would not end it', () => {
  it.each([
    ['a new image, which is no multiple of a sector', async () => {}],
    ['one with a tail of a single byte', () => appendFile(file('odd.qcow2'), 'x')],
  ])('%s', async (_, change) => {
    await createQcow2(file('odd.qcow2'), '1M')
    await change()
    const { exitCode, stdout } = await run('info', '--json', 'odd.qcow2')
    expect(exitCode).toBe(0)
    const theirs = await qemuImgJson<object>('info', file('odd.qcow2'))
    expect(JSON.parse(stdout)).toEqual({ ...theirs, filename: 'odd.qcow2' })
  })

  it('which is cut off in its tables', async () => {
    await createQcow2(file('cut.qcow2'), '1M')
    await truncate(file('cut.qcow2'), 1000)
    const { exitCode, stdout, stderr } = await run('info', 'cut.qcow2')
    expect(stderr + stdout).not.toMatch(/undefined|NaN/)
    expect([0, 1]).toContain(exitCode)
  })

  it.each([
    ['empty.qcow2', 0],
    ['short.qcow2', 60],
  ])('%s, of %i bytes, is refused in a sentence', async (name, length) => {
    await createQcow2(file(name), '1M')
    await truncate(file(name), length)
    const { exitCode, stdout, stderr } = await run('info', name)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(
      /^platter: (?:empty|short)\.qcow2 .* \(PLT-\d+\)\n {2}.*\n {2}Nothing was changed\./,
    )
  })
})
