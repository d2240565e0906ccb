/** Two hundred files in one process, and folders with broken ones between them. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuCheck, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const COUNT = 200

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })
const nameOf = (index: number): string => `many/${String(index).padStart(3, '0')}.qcow2`

beforeAll(async () => {
  folder = await tempFolder('cli-batches')
  await mkdir(file('many'))
  await createQcow2(file('sound.qcow2'), '1M')
  await qemuIo(file('sound.qcow2'), 'write -P 1 0 192k', 'write -P 0 192k 64k', 'discard 0 64k')
  await new Qcow2Builder().data(0).leak(3).build().writeTo(file('leaky.qcow2'))
  const corrupt = new Qcow2Builder().data(0).build()
  corrupt.setRefcount(corrupt.hostClusterOf(0), 0n)
  await corrupt.writeTo(file('corrupt.qcow2'))
  await writeFile(file('empty.qcow2'), '')
  await writeFile(file('text.qcow2'), 'Dear diary, ')
  await Promise.all(
    Array.from({ length: COUNT }, (_, index) => cp(file('sound.qcow2'), file(nameOf(index)))),
  )
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

const all = (): string[] => Array.from({ length: COUNT }, (_, index) => nameOf(index))

describe(`${COUNT} images`, { timeout: 120_000 }, () => {
  it.each([
    ['list', []],
    ['check', []],
    ['info', []],
    ['sha', []],
    ['mapped', []],
    ['map', []],
  ] as const)('have an element each in the answer of %s, in their order', async (verb, options) => {
    const { exitCode, stdout } = await run(verb, '--json', ...options, 'many')
    expect(exitCode).toBe(0)
    const filenames = (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => filename)
    expect(filenames).toEqual(all())
  })

  it.each([
    ['compact', ['--unsafe-buffering', '--no-verify']],
    ['repair', []],
  ] as const)('are changed in one run of %s, with a line that sums up', async (verb, options) => {
    const { exitCode, stdout, stderr } = await run(verb, ...options, ...all())
    expect(exitCode).toBe(0)
    expect(stdout.match(/^many\/\d+\.qcow2: /gm)).toHaveLength(COUNT)
    expect(stderr).toBe('platter: 200 images: 200 done\n')
    for (const index of [0, 99, COUNT - 1]) {
      expect((await qemuCheck(file(nameOf(index)))).exitCode).toBe(0)
    }
  })
})

describe('of several images the worst is the answer, and the others are done', () => {
  // The code, and which of them could not be done.
  it.each([
    ['check', ['sound.qcow2', 'leaky.qcow2'], 3, []],
    ['check', ['leaky.qcow2', 'text.qcow2', 'sound.qcow2'], 1, ['text.qcow2']],
    ['check', ['corrupt.qcow2', 'empty.qcow2', 'leaky.qcow2'], 2, ['empty.qcow2']],
    ['info', ['sound.qcow2', 'empty.qcow2', 'corrupt.qcow2'], 1, ['empty.qcow2']],
    ['map', ['sound.qcow2', 'missing.qcow2', 'leaky.qcow2'], 1, ['missing.qcow2']],
    ['mapped', ['sound.qcow2', 'missing.qcow2', 'leaky.qcow2'], 1, ['missing.qcow2']],
    ['sha', ['missing.qcow2', 'sound.qcow2'], 1, ['missing.qcow2']],
    [
      'compact',
      ['missing.qcow2', 'corrupt.qcow2', 'sound.qcow2'],
      1,
      ['missing.qcow2', 'corrupt.qcow2'],
    ],
    ['repair', ['missing.qcow2', 'corrupt.qcow2', 'leaky.qcow2'], 1, ['missing.qcow2']],
  ] as const)('%s %j: %d', async (verb, names, code, notDone) => {
    await mkdir(file('these'), { recursive: true })
    for (const name of names) {
      if (name !== 'missing.qcow2') await cp(file(name), file('these', name))
    }
    const operands = names.map((name) => `these/${name}`)
    const { exitCode, stdout } = await run(verb, '--json', ...operands)
    expect(exitCode).toBe(code)
    const elements = JSON.parse(stdout) as { filename: string; error?: unknown }[]
    expect(elements.map(({ filename }) => filename)).toEqual(operands)
    const failed = elements.filter(({ error }) => error !== undefined)
    expect(failed.map(({ filename }) => filename)).toEqual(notDone.map((name) => `these/${name}`))
  })

  it('a folder with broken images is worked through', async () => {
    for (const name of ['sound', 'leaky', 'corrupt', 'empty', 'text']) {
      await mkdir(file('shelf', name), { recursive: true })
      await cp(file(`${name}.qcow2`), file('shelf', name, 'disk.qcow2'))
    }
    const { exitCode, stdout } = await run('check', 'shelf')
    expect(exitCode).toBe(2)
    const summary = stdout.trimEnd().split('\n').at(-1)
    for (const part of ['5 images', '1 healthy', '1 leaks', '1 needs repair', '2 cannot read']) {
      expect(summary).toContain(part)
    }
    expect(await readFile(file('shelf/leaky/disk.qcow2'))).toEqual(
      await readFile(file('leaky.qcow2')),
    )
  })
})
