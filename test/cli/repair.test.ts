import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorJson } from '../../cli/schemas/error-json.ts'
import { repairJson } from '../../cli/schemas/repair-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { copied, Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuCheck, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let folders = 0

beforeAll(async () => {
  folder = await tempFolder('cli-repair')
})
afterAll(() => folder[Symbol.asyncDispose]())

async function emptyFolder(): Promise<string> {
  const path = folder.file(`${folders++}`)
  await mkdir(path)
  return path
}

const miscounted = (): Qcow2Builder =>
  new Qcow2Builder()
    .data(0)
    .data(1)
    .leak(2)
    .l2Entry(0, (entry) => entry & ~copied)

/** With an entry that refers to no cluster's beginning. */
const unaligned = (): Qcow2Builder => miscounted().l2Entry(1, () => copied | 0x1200n)

describe('repair --dry-run', () => {
  it('shows findings, steps, every write and what remains, and changes nothing', async () => {
    const cwd = await emptyFolder()
    const builder = unaligned()
    await builder.writeTo(`${cwd}/a.qcow2`)
    const { exitCode, stdout } = await platter(['repair', '--dry-run', 'a.qcow2'], { cwd })
    expect(exitCode).toBe(2)
    expect(stdout).toContain('would be repaired')
    expect(stdout).toMatch(/copied-flags \(safe\)/)
    expect(stdout).toMatch(/unmap-unaligned \(not done without --allow unmap-unaligned\)/)
    expect(stdout).toMatch(/guest 0x1000: 4 KiB/)
    expect(stdout).toMatch(/Found:[\s\S]*copied-flag-wrong[\s\S]*Remains:[\s\S]*data-offset-un/)
    expect(stdout).toMatch(/0x0 +512 +header/)
    expect(stdout).toContain('Nothing was changed.')
    expect(stdout).not.toMatch(/undefined|NaN/)
    expect(readFileSync(`${cwd}/a.qcow2`).equals(builder.bytes)).toBe(true)
    expect(readdirSync(cwd)).toEqual(['a.qcow2'])
  })

  it('promises what then happens', async () => {
    const cwd = await emptyFolder()
    await unaligned().writeTo(`${cwd}/a.qcow2`)
    const run = async (...words: string[]) => {
      const { exitCode, stdout } = await platter(['repair', '--json', 'a.qcow2', ...words], { cwd })
      return { exitCode, json: repairJson.parse(JSON.parse(stdout)) }
    }
    const planned = await run('--dry-run')
    expect(planned.json.result).toBeUndefined()
    const done = await run()
    expect(done.exitCode).toBe(planned.exitCode)
    expect(done.json.plan).toEqual(planned.json.plan)
    expect(done.json.result).toMatchObject({
      after: planned.json.plan.after,
      safetyCopy: `${cwd}/a.qcow2.repair-undo-1`,
    })
  })
})

describe('repair', () => {
  it.each<[string, string, readonly string[]]>([
    ['zero clusters', 'cluster_size=64k', ['write -z 0 4M', 'write 8M 1M']],
    ['refcounts of 1 bit', 'refcount_bits=1', ['write 0 4M']],
    ['refcounts of 64 bits', 'refcount_bits=64', ['write 0 4M']],
    ['version 2', 'compat=0.10', ['write 0 4M']],
  ])('mends what QEMU then finds clean: %s', async (_, options, commands) => {
    const cwd = await emptyFolder()
    const image = `${cwd}/a.qcow2`
    await createQcow2(image, '64M', options)
    await qemuIo(image, ...commands)
    // All refcounts of the first block are forgotten.
    const bytes = readFileSync(image)
    const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))))
    bytes.fill(0, block, block + 512)
    writeFileSync(image, bytes)
    expect((await qemuCheck(image)).exitCode).toBe(2)
    const { exitCode, stdout, stderr } = await platter(['repair', 'a.qcow2'], { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/repaired: .* fixed, clean now/)
    expect(stdout).toContain(`${image}.repair-undo-1, with which "platter undo" takes`)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('clears the mark of an image that was not closed', async () => {
    const cwd = await emptyFolder()
    await new Qcow2Builder({ lazyRefcounts: true, dirty: true }).data(0).writeTo(`${cwd}/a.qcow2`)
    expect((await platter(['repair', 'a.qcow2'], { cwd })).exitCode).toBe(0)
    expect(readFileSync(`${cwd}/a.qcow2`).readBigUInt64BE(72)).toBe(0n)
    expect((await qemuCheck(`${cwd}/a.qcow2`)).exitCode).toBe(0)
  })

  it('says that there is nothing to repair', async () => {
    const cwd = await emptyFolder()
    await createQcow2(`${cwd}/a.qcow2`, '1M')
    const { exitCode, stdout } = await platter(['repair', 'a.qcow2'], { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('clean, nothing to repair')
    expect(readdirSync(cwd)).toEqual(['a.qcow2'])
  })

  it('does what loses something only when that is allowed by name', async () => {
    const cwd = await emptyFolder()
    await unaligned().writeTo(`${cwd}/a.qcow2`)
    expect((await platter(['repair', 'a.qcow2'], { cwd })).exitCode).toBe(2)
    const words = ['repair', 'a.qcow2', '--allow', 'unmap-past-end,unmap-unaligned']
    const { exitCode, stdout } = await platter(words, { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('unmap-unaligned (agreed to)')
    expect(readdirSync(cwd)).toEqual(['a.qcow2', 'a.qcow2.repair-undo-1', 'a.qcow2.repair-undo-2'])
  })

  it('lowers refcounts alone with --mode leaks, at once with --unsafe-buffering', async () => {
    const cwd = await emptyFolder()
    await new Qcow2Builder().data(0).leak(3).writeTo(`${cwd}/a.qcow2`)
    await mkdir(`${cwd}/copies`)
    const options = ['--mode', 'leaks', '--unsafe-buffering', '--safety-copy-folder', 'copies']
    const { exitCode } = await platter(['repair', 'a.qcow2', ...options], { cwd })
    expect(exitCode).toBe(0)
    expect(readdirSync(cwd)).toEqual(['a.qcow2', 'copies'])
    expect(readdirSync(`${cwd}/copies`)).toEqual(['a.qcow2.repair-undo-1'])
    expect((await qemuCheck(`${cwd}/a.qcow2`)).exitCode).toBe(0)
  })

  it.each([
    ['that is not there', ['--safety-copy-folder', 'none'], 'The folder for a.qcow2.repair-undo-1'],
    ['that may not be changed', [], 'The safety copy of a.qcow2 cannot be made'],
  ])('is refused without a place for its safety copy: a folder %s', async (_, words, said) => {
    const cwd = await emptyFolder()
    const builder = miscounted()
    await mkdir(`${cwd}/fixed`)
    await builder.writeTo(`${cwd}/fixed/a.qcow2`)
    chmodSync(`${cwd}/fixed`, 0o555)
    const run = await platter(['repair', 'fixed/a.qcow2', ...words], {
      cwd,
      boundByPermissions: true,
    })
    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toContain(said)
    expect(run.stderr).toContain('Nothing was changed.')
    chmodSync(`${cwd}/fixed`, 0o755)
    expect(readFileSync(`${cwd}/fixed/a.qcow2`).equals(builder.bytes)).toBe(true)
  })

  it('answers several files with the worst, an array, and a line that counts them', async () => {
    const cwd = await emptyFolder()
    await miscounted().writeTo(`${cwd}/good.qcow2`)
    await unaligned().writeTo(`${cwd}/bad.qcow2`)
    await createQcow2(`${cwd}/used.qcow2`, '1M')
    await using _writer = await nodeHost.openForWriting(`${cwd}/used.qcow2`)
    const files = ['good.qcow2', 'bad.qcow2', 'used.qcow2', 'none.qcow2']
    const { exitCode, stdout, stderr } = await platter(['repair', '--json', ...files], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toBe('platter: 4 images: 1 done, 1 with corruption left, 1 in use, 1 not done\n')
    const failed = z.strictObject({ filename: z.string(), error: errorJson })
    const answers = z.array(z.union([repairJson, failed])).parse(JSON.parse(stdout))
    expect(answers.map(({ filename }) => filename)).toEqual(files)
    expect(answers[2]).toMatchObject({ error: { reason: 'file-in-use' } })
  })

  it.each([
    ['a step that does not exist', ['a.qcow2', '--allow', 'everything'], 64],
    ['a raw image, which has no tables', ['--format', 'raw', 'a.qcow2'], 63],
    ['a folder', ['.'], 1],
  ])('is refused for %s', async (_, words, code) => {
    const cwd = await emptyFolder()
    const builder = miscounted()
    await builder.writeTo(`${cwd}/a.qcow2`)
    const { exitCode, stderr } = await platter(['repair', ...words], { cwd })
    expect(exitCode).toBe(code)
    expect(stderr).toMatch(/^platter: /)
    expect(readFileSync(`${cwd}/a.qcow2`).equals(builder.bytes)).toBe(true)
  })
})
