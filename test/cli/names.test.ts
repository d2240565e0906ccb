/** Names that shells, terminals and programs trip over: every verb takes every one of them. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)

const names = [
  [
    'spaces, newlines, quotes, globs and many scripts',
    `two  'lines'\nof "диск" 磁盘 💾 e\u0301 [b]*?$HOME %d.qcow2`,
  ],
  ['a leading hyphen', '-json.qcow2'],
  ['a colon, as protocols have it', 'nbd:host:10809.qcow2'],
] as const

beforeAll(async () => {
  folder = await tempFolder('cli-names')
  await createQcow2(file('master.qcow2'), '1M')
  await qemuIo(file('master.qcow2'), 'write -P 7 0 128k', 'write -P 0 256k 64k')
  await qemuImg('convert', '-O', 'raw', file('master.qcow2'), file('master.raw'))
})
afterAll(() => folder[Symbol.asyncDispose]())

describe.each(someOf(names, { oneIn: 2 }))('a name with %s', (label, name) => {
  const place = names.findIndex(([other]) => other === label)
  const cwd = (): string => file(`case ${place}`)
  const run = (...words: string[]) => platter(words, { cwd: cwd() })

  beforeAll(async () => {
    await mkdir(cwd())
    await cp(file('master.qcow2'), file(`case ${place}`, name))
    await cp(file('master.raw'), file(`case ${place}`, 'a.raw'))
    await cp(file('master.qcow2'), file(`case ${place}`, 'a.qcow2'))
  })

  it('is that of the file that is looked at', async () => {
    for (const words of [
      ['info', '--json', '--', name],
      ['check', '--json', '--', name],
    ]) {
      const { exitCode, stdout } = await run(...words)
      expect([words, exitCode]).toEqual([words, 0])
      expect(JSON.parse(stdout)).toMatchObject({ filename: name })
    }
    const listed = await run('list', '--json', '.')
    expect(JSON.parse(listed.stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ filename: name })]),
    )
    for (const verb of ['map', 'mapped']) {
      expect([verb, (await run(verb, '--', name)).exitCode]).toEqual([verb, 0])
    }
  })

  it('stands in a list of sums as sha256sum has it, and is found again', async () => {
    const { stdout } = await run('sha', '--', name)
    await writeFile(file(`case ${place}`, 'sums'), stdout)
    const checked = await run('sha', '--check', 'sums')
    expect(checked.exitCode).toBe(0)
    expect(checked.stdout).toContain('OK')
  })

  it('is that of the file that is changed, and of no other', async () => {
    const before = await readFile(file(`case ${place}`, 'a.qcow2'))
    for (const words of [
      ['write', '--text', 'x', '--', name],
      ['discard', '--', name],
      ['compact', '--', name],
      ['resize', '--size', '2M', '--', name],
      ['snapshot', '--', name, 'create', 'now'],
      ['amend', '--compat', '1.1', '--', name],
      ['repair', '--', name],
      ['undo', '--', name],
    ]) {
      const { exitCode, stderr } = await run(...words)
      expect([words, exitCode, stderr]).toEqual([words, 0, expect.any(String)])
    }
    expect(await readFile(file(`case ${place}`, 'a.qcow2'))).toEqual(before)
  })

  it('is that of the file that is made, and no other is', async () => {
    const beside = (await readdir(cwd())).toSorted()
    for (const words of [
      ['create', '--overwrite', '--size', '1M', '--', name],
      ['encode', '--overwrite', '--', 'a.raw', name],
      ['decode', '--overwrite', '--', 'a.qcow2', name],
      ['pattern', '--overwrite', '--size', '1M', '--', name],
      ['dehydrate', '--overwrite', '--', 'a.qcow2', name],
    ]) {
      const { exitCode, stderr } = await run(...words)
      expect([words, exitCode, stderr]).toEqual([words, 0, expect.any(String)])
      expect((await readdir(cwd())).toSorted()).toEqual(beside)
    }
    const back = await run('rehydrate', '--overwrite', '--', name, 'a.qcow2')
    expect(back.exitCode).toBe(0)
  })

  it('is in the sentence when something is wrong with it, without its control characters', async () => {
    await new Qcow2Builder()
      .build()
      .header('version', 9)
      .writeTo(file(`case ${place}`, name))
    const { exitCode, stderr } = await run('check', '--', name)
    expect(exitCode).toBe(1)
    expect(stderr.split('\n')).toHaveLength(4)
    expect(stderr).toContain(name.replace('\n', String.raw`\x0a`))
  })
})
