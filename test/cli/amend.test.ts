import { copyFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { amendJson } from '../../cli/schemas/amend-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let images = 0

beforeAll(async () => {
  folder = await tempFolder('cli-amend')
})
afterAll(() => folder[Symbol.asyncDispose]())

async function imageOf(options: string): Promise<string> {
  const image = folder.file(`${images++}.qcow2`)
  await createQcow2(image, '64M', options)
  await qemuIo(image, 'write -P 7 0 4M', 'write -z 8M 1M')
  return image
}

interface QemuInfo {
  readonly 'format-specific': { readonly data: Readonly<Record<string, unknown>> }
}

describe('amend', () => {
  it.each([
    ['compat=1.1', ['--compat', '0.10'], 'compat=0.10'],
    ['compat=0.10', ['--compat', 'v3', '--lazy-refcounts'], 'compat=1.1,lazy_refcounts=on'],
    ['lazy_refcounts=on', ['--strict-refcounts'], 'lazy_refcounts=off'],
    ['refcount_bits=16', ['--refcount-bits', '64'], 'refcount_bits=64'],
    ['refcount_bits=16', ['-o', 'refcount_bits=1'], 'refcount_bits=1'],
  ])('%s by %j comes to what qemu-img amend -o %3$s does', async (before, words, theirs) => {
    const ours = await imageOf(before)
    const other = folder.file(`${images++}.qcow2`)
    await copyFile(ours, other)
    await qemuImg('amend', '-o', theirs, other)
    const { exitCode, stdout, stderr } = await platter(['amend', ...words, ours])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(': changed')
    expect(stdout).not.toMatch(/undefined|NaN/)
    const now = await qemuImgJson<QemuInfo>('info', ours)
    const expected = await qemuImgJson<QemuInfo>('info', other)
    expect(now['format-specific'].data).toEqual(expected['format-specific'].data)
    expect((await qemuCheck(ours)).exitCode).toBe(0)
    await qemuIo(ours, 'read -P 7 0 4M', 'read -P 0 8M 1M')
  })

  it('plans with --dry-run what it then does, and changes nothing', async () => {
    const image = await imageOf('compat=1.1')
    const before = readFileSync(image)
    const words = ['amend', '--json', '--compat', '0.10', image]
    const planned = await platter([...words, '--dry-run'])
    expect(planned.exitCode).toBe(0)
    const { plan, result } = amendJson.parse(JSON.parse(planned.stdout))
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['expand-zero-clusters', 'version'])
    expect(result).toBeUndefined()
    expect(readFileSync(image).equals(before)).toBe(true)
    const done = amendJson.parse(JSON.parse((await platter(words)).stdout))
    expect(done.plan).toEqual(plan)
  })

  it('takes several files, and says what is as wanted already', async () => {
    const one = await imageOf('lazy_refcounts=on')
    const other = await imageOf('lazy_refcounts=off')
    const { exitCode, stdout, stderr } = await platter(['amend', '--lazy-refcounts', one, other])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`${one}: is as wanted already`)
    expect(stdout).toContain(`${other}: changed`)
    expect(stderr).toBe('platter: 2 images: 2 done\n')
    const again = await platter(['amend', '--json', '--lazy-refcounts', one, other])
    const answers = z.array(amendJson).parse(JSON.parse(again.stdout))
    expect(answers.map(({ plan }) => plan.steps)).toEqual([[], []])
  })

  it.each([
    ['nothing is to be changed', [], 64],
    ['a choice does not exist', ['--refcount-bits', '7'], 64],
    ['version 2 cannot have it', ['--compat', '0.10', '--lazy-refcounts'], 1],
  ])('is refused when %s, and changes nothing', async (_, words, code) => {
    const image = await imageOf('compat=1.1')
    const before = readFileSync(image)
    const { exitCode, stdout, stderr } = await platter(['amend', ...words, image])
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toMatch(/^platter: /)
    expect(readFileSync(image).equals(before)).toBe(true)
  })

  it('is refused while somebody has the image open', async () => {
    const image = await imageOf('compat=1.1')
    await using _writer = await nodeHost.openForWriting(image)
    expect((await platter(['amend', '--lazy-refcounts', image])).exitCode).toBe(75)
  })
})
