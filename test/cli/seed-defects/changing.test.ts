/**
 * What qcow-tool 0.14 broke when it changed an image. Each test is named by what was seen there, and shows
 * that the command line does not do it, with QEMU as the witness.
 */
import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../../helpers/qcow2-builder.ts'
import { qemuSession } from '../../helpers/qemu-session.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { platter } from '../run-platter.ts'

const KIB = 1024
const MIB = 1024 * KIB

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })
const isClean = async (name: string) => (await qemuCheck(file(name))).exitCode === 0

beforeAll(async () => {
  folder = await tempFolder('seed-changing')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('write of the reference', () => {
  it('allocated clusters past the end of the disk', async () => {
    await createQcow2(file('bounds.qcow2'), '64M')
    const before = await readFile(file('bounds.qcow2'))
    for (const sector of ['999999999', '131072', '131071.5', '-1']) {
      const words = [`--sector=${sector}`, '--text', 'x'.repeat(513), 'bounds.qcow2']
      const { exitCode, stderr } = await run('write', ...words)
      expect([1, 64]).toContain(exitCode)
      expect(stderr).not.toBe('')
    }
    // The sector is there, and the text goes over its end.
    const across = await run('write', '--sector=131071', '--text', 'x'.repeat(513), 'bounds.qcow2')
    expect(across.exitCode).toBe(1)
    expect(await readFile(file('bounds.qcow2'))).toEqual(before)
  })

  it('overwrote 4 KiB with whatever text', async () => {
    await createQcow2(file('text.qcow2'), '1M')
    await qemuIo(file('text.qcow2'), 'write -P 0x61 0 64k')
    expect((await run('write', '--sector', '2', '--text', 'Hello', 'text.qcow2')).exitCode).toBe(0)
    const { stdout } = await run('read', '--sector', '0', '--length', '16', 'text.qcow2')
    expect(stdout).toBe(`${'a'.repeat(1024)}Hello${'a'.repeat(16 * 512 - 1029)}`)
    expect(await isClean('text.qcow2')).toBe(true)
  })

  it('put guest data over the header, where a cluster is zero by its flag', async () => {
    await createQcow2(file('flags.qcow2'), '1M')
    await qemuIo(file('flags.qcow2'), 'write -P 5 0 256k', 'write -z 64k 64k', 'discard 128k 64k')
    for (const sector of ['130', '260']) {
      const wrote = await run('write', '--sector', sector, '--text', 'guest', 'flags.qcow2')
      expect(wrote.exitCode).toBe(0)
    }
    expect(await isClean('flags.qcow2')).toBe(true)
    expect((await run('read', '--sector', '130', 'flags.qcow2')).stdout.slice(0, 6)).toBe('guest\0')
  })

  it('wrote into snapshots', async () => {
    await createQcow2(file('kept.qcow2'), '1M')
    await qemuIo(file('kept.qcow2'), 'write -P 7 0 128k')
    await qemuImg('snapshot', '-c', 'seven', file('kept.qcow2'))
    expect((await run('write', '--text', 'now', 'kept.qcow2')).exitCode).toBe(0)
    expect(await isClean('kept.qcow2')).toBe(true)
    await qemuImg('snapshot', '-a', 'seven', file('kept.qcow2'))
    await qemuIo(file('kept.qcow2'), 'read -P 7 0 128k')
  })

  it('did not see that QEMU had the image open', async () => {
    await createQcow2(file('held.qcow2'), '1M')
    await using vm = await qemuSession(file('held.qcow2'))
    const { exitCode, stderr } = await run('write', '--text', 'mine', 'held.qcow2')
    expect(exitCode).toBe(75)
    expect(stderr).toContain(String(vm.pid))
  })
})

describe('resize of the reference', () => {
  it('wiped the name of the backing file', async () => {
    await createQcow2(file('base.qcow2'), '1M')
    await createQcow2(
      file('top.qcow2'),
      '1M',
      'cluster_size=64k',
      '-b',
      'base.qcow2',
      '-F',
      'qcow2',
    )
    expect((await run('resize', '--size', '2M', 'top.qcow2')).exitCode).toBe(0)
    expect(await qemuImgJson('info', file('top.qcow2'))).toMatchObject({
      'backing-filename': 'base.qcow2',
      'backing-filename-format': 'qcow2',
      'virtual-size': 2 * MIB,
    })
  })

  it('showed old data again after a shrink and a grow', async () => {
    await createQcow2(file('secret.qcow2'), '2M')
    await qemuIo(file('secret.qcow2'), 'write -P 0x53 0 2M')
    const shrunk = await run('resize', '--size', '1M', '--ignore-data-loss', 'secret.qcow2')
    expect(shrunk.exitCode).toBe(0)
    expect((await run('resize', '--size', '+1M', 'secret.qcow2')).exitCode).toBe(0)
    await qemuIo(file('secret.qcow2'), 'read -P 0x53 0 1M', 'read -P 0 1M 1M')
    expect(await isClean('secret.qcow2')).toBe(true)
  })

  it('refused to shrink with a sentence that nobody had filled in', async () => {
    await createQcow2(file('full.qcow2'), '2M')
    await qemuIo(file('full.qcow2'), 'write -P 1 0 2M')
    const { exitCode, stderr } = await run('resize', '--size', '1M', 'full.qcow2')
    expect(exitCode).toBe(1)
    expect(stderr).not.toMatch(/%|\\n/)
    expect(stderr).toContain('--ignore-data-loss')
    expect(stderr).toContain('2097152')
    expect(stderr).toContain('1048576')
    expect(stderr).toContain('Nothing was changed.')
  })

  it('could not grow past what the clusters of the L1 table hold', async () => {
    await createQcow2(file('wide.qcow2'), '1M', 'cluster_size=4k')
    expect((await run('resize', '--size', '4T', 'wide.qcow2')).exitCode).toBe(0)
    expect(await qemuImgJson('info', file('wide.qcow2'))).toMatchObject({
      'virtual-size': 4 * 1024 ** 4,
    })
    expect(await isClean('wide.qcow2')).toBe(true)
  })
})

describe('repair of the reference', () => {
  it('made images with zero-flag clusters worse', async () => {
    const image = new Qcow2Builder().data(0).zeroAllocated(1).zeroPlain(2).leak(2).build()
    await image.writeTo(file('zeroes.qcow2'))
    expect((await run('repair', 'zeroes.qcow2')).exitCode).toBe(0)
    expect(await isClean('zeroes.qcow2')).toBe(true)
  })

  it('wrote nonsense where refcounts are not 16 bits wide', async () => {
    for (const refcountOrder of [0, 6]) {
      const image = new Qcow2Builder({ refcountOrder }).data(0).leak(3).build()
      const name = `order-${refcountOrder}.qcow2`
      await image.writeTo(file(name))
      expect((await run('repair', name)).exitCode).toBe(0)
      expect(await isClean(name)).toBe(true)
    }
  })

  it('left the image dirty', async () => {
    await createQcow2(file('dirty.qcow2'), '1M', 'compat=1.1,lazy_refcounts=on')
    const image = new Qcow2Builder({ lazyRefcounts: true, dirty: true }).data(0).build()
    image.setRefcount(image.hostClusterOf(0), 0n)
    await image.writeTo(file('dirty.qcow2'))
    expect((await run('repair', 'dirty.qcow2')).exitCode).toBe(0)
    expect(await isClean('dirty.qcow2')).toBe(true)
    expect(await qemuImgJson('info', file('dirty.qcow2'))).toMatchObject({ 'dirty-flag': false })
  })

  it('repaired refcounts only', async () => {
    const image = new Qcow2Builder().data(0).data(1).build()
    image.l2Entry(0, (entry) => entry & ~(1n << 63n))
    await image.writeTo(file('uncopied.qcow2'))
    expect((await run('repair', 'uncopied.qcow2')).exitCode).toBe(0)
    expect(await isClean('uncopied.qcow2')).toBe(true)
  })
})

describe('discard of the reference', () => {
  it('failed as soon as it found a zero', async () => {
    await createQcow2(file('blank.qcow2'), '8M')
    // The zeroes at the end were left out even where it had been mended.
    await qemuIo(file('blank.qcow2'), 'write -P 1 0 1M', 'write -P 0 1M 7M')
    expect((await run('discard', 'blank.qcow2')).exitCode).toBe(0)
    const { result } = await qemuCheck(file('blank.qcow2'))
    expect(result?.['allocated-clusters']).toBe(16)
    await qemuIo(file('blank.qcow2'), 'read -P 1 0 1M', 'read -P 0 1M 7M')
  })
})

describe('compact of the reference', () => {
  it('left refcounts of strict images wrong', async () => {
    await createQcow2(file('strict.qcow2'), '16M', 'lazy_refcounts=off')
    await qemuIo(file('strict.qcow2'), 'write -P 1 0 8M', 'write -P 2 8M 1M', 'discard 0 8M')
    expect((await run('compact', 'strict.qcow2')).exitCode).toBe(0)
    expect(await isClean('strict.qcow2')).toBe(true)
    await qemuIo(file('strict.qcow2'), 'read -P 0 0 8M', 'read -P 2 8M 1M')
  })

  it('destroyed snapshots', async () => {
    await createQcow2(file('states.qcow2'), '4M')
    await qemuIo(file('states.qcow2'), 'write -P 1 0 2M')
    await qemuImg('snapshot', '-c', 'ones', file('states.qcow2'))
    await qemuIo(file('states.qcow2'), 'write -P 2 0 4M', 'discard 0 1M')
    expect((await run('compact', 'states.qcow2')).exitCode).toBe(0)
    expect(await isClean('states.qcow2')).toBe(true)
    await qemuIo(file('states.qcow2'), 'read -P 2 1M 3M')
    await qemuImg('snapshot', '-a', 'ones', file('states.qcow2'))
    await qemuIo(file('states.qcow2'), 'read -P 1 0 2M', 'read -P 0 2M 2M')
  })

  it('said that it could not make the file smaller when it had', async () => {
    await createQcow2(file('tail.qcow2'), '8M')
    await qemuIo(file('tail.qcow2'), 'write -P 1 0 8M', 'discard 1M 7M')
    const { size } = await stat(file('tail.qcow2'))
    const { stdout } = await run('compact', 'tail.qcow2')
    expect((await stat(file('tail.qcow2'))).size).toBeLessThan(size - 6 * MIB)
    expect(stdout).toMatch(/the file is 7 MiB shorter/)
  })
})
