/**
 * Where qcow-tool 0.14 looked at an image and saw something else, or refused to. Each test is named by what
 * was seen there, and shows that the command line does not do it, with QEMU as the witness.
 */
import { createHash } from 'node:crypto'
import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../../helpers/qcow2-builder.ts'
import { createQcow2, qemuImg, qemuIo } from '../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { platter } from '../run-platter.ts'

const KIB = 1024
const MIB = 1024 * KIB

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })

beforeAll(async () => {
  folder = await tempFolder('seed-looking')
  await createQcow2(file('zero-flags.qcow2'), '1M')
  await qemuIo(
    file('zero-flags.qcow2'),
    'write -P 5 0 256k',
    'write -z 64k 64k',
    'discard 128k 64k',
  )
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('check of the reference', () => {
  it('refused files that are not whole sectors or clusters', async () => {
    await qemuImg('create', '-q', '-f', 'qcow2', file('fresh.qcow2'), '64M')
    expect((await stat(file('fresh.qcow2'))).size % 512).not.toBe(0)
    await qemuIo(file('zero-flags.qcow2'), 'write -P 5 0 4k')
    await writeFile(file('longer.qcow2'), await readFile(file('fresh.qcow2')))
    await truncate(file('longer.qcow2'), 200_000)
    const checked = await run('check', 'fresh.qcow2', 'longer.qcow2')
    expect(checked.exitCode).toBe(0)
  })

  it('changed what it looked at', async () => {
    await new Qcow2Builder().leak(3).build().writeTo(file('leaky.qcow2'))
    const before = await readFile(file('leaky.qcow2'))
    const { mtimeMs } = await stat(file('leaky.qcow2'))
    expect((await run('check', 'leaky.qcow2')).exitCode).toBe(3)
    expect(await readFile(file('leaky.qcow2'))).toEqual(before)
    expect((await stat(file('leaky.qcow2'))).mtimeMs).toBe(mtimeMs)
  })

  it('did not look at refcounts, and answered 1 whatever was wrong', async () => {
    const image = new Qcow2Builder().data(0).build()
    image.setRefcount(image.hostClusterOf(0), 0n)
    await image.writeTo(file('uncounted.qcow2'))
    const { exitCode, stdout } = await run('check', 'uncounted.qcow2')
    expect(exitCode).toBe(2)
    expect(stdout).toContain('0x4000')
  })

  it('said of a cluster with two owners only that a check had failed', async () => {
    const image = new Qcow2Builder().data(0).data(1).build()
    const host = BigInt(image.hostClusterOf(0) * image.clusterSize)
    image.l2Entry(1, () => (1n << 63n) | host)
    await image.writeTo(file('shared.qcow2'))
    const { exitCode, stdout, stderr } = await run('check', 'shared.qcow2')
    expect(exitCode).toBe(2)
    expect(stdout).toContain(`0x${host.toString(16)}`)
    expect(stderr).not.toMatch(/exception|Failure/)
  })
})

describe('sha of the reference', () => {
  it('read the header where a cluster is zero by its flag', async () => {
    await qemuImg('convert', '-O', 'raw', file('zero-flags.qcow2'), file('zero-flags.raw'))
    const sha1 = createHash('sha1')
      .update(await readFile(file('zero-flags.raw')))
      .digest('hex')
    const { stdout } = await run('sha', '--algorithm', 'sha1', 'zero-flags.qcow2', 'zero-flags.raw')
    expect(stdout).toBe(`${sha1}  zero-flags.qcow2\n${sha1}  zero-flags.raw\n`)
  })

  it('refused a new image by QEMU, which is no multiple of a sector', async () => {
    await qemuImg('create', '-q', '-f', 'qcow2', file('new.qcow2'), '64K')
    const zeroes = createHash('sha256')
      .update(Buffer.alloc(64 * KIB))
      .digest('hex')
    expect((await run('sha', 'new.qcow2')).stdout).toBe(`${zeroes}  new.qcow2\n`)
  })

  it('read an overlay as if nothing were below it', async () => {
    await createQcow2(file('below.qcow2'), '1M')
    await qemuIo(file('below.qcow2'), 'write -P 9 0 1M')
    await createQcow2(
      file('above.qcow2'),
      '1M',
      'cluster_size=64k',
      '-b',
      'below.qcow2',
      '-F',
      'qcow2',
    )
    const nines = createHash('sha256').update(Buffer.alloc(MIB, 9)).digest('hex')
    expect((await run('sha', 'above.qcow2')).stdout).toBe(`${nines}  above.qcow2\n`)
  })
})

describe('decode of the reference', () => {
  it('wrote every zero out', async () => {
    await createQcow2(file('hollow.qcow2'), '64M')
    await qemuIo(file('hollow.qcow2'), 'write -P 3 32M 1M', 'write -P 0 40M 4M')
    expect((await run('decode', 'hollow.qcow2', 'hollow.raw')).exitCode).toBe(0)
    await qemuImg('compare', '-F', 'raw', file('hollow.qcow2'), file('hollow.raw'))
    const { size, blocks } = await stat(file('hollow.raw'))
    expect(size).toBe(64 * MIB)
    expect(blocks * 512).toBeLessThan(2 * MIB)
  })

  it('read the header where a cluster is zero by its flag', async () => {
    expect((await run('decode', 'zero-flags.qcow2', 'decoded.raw')).exitCode).toBe(0)
    await qemuImg('compare', '-F', 'raw', file('zero-flags.qcow2'), file('decoded.raw'))
  })

  it('and its other verbs did not know compressed clusters, zstd and subclusters', async () => {
    for (const options of ['compression_type=zlib', 'compression_type=zstd', 'extended_l2=on']) {
      const source = file('source.raw')
      await writeFile(source, Buffer.alloc(2 * MIB, 'packed '))
      const image = file('featured.qcow2')
      const packing = options.startsWith('compression') ? ['-c'] : []
      await qemuImg('convert', ...packing, '-f', 'raw', '-O', 'qcow2', '-o', options, source, image)
      expect((await run('decode', '--overwrite', 'featured.qcow2', 'featured.raw')).exitCode).toBe(
        0,
      )
      expect(await readFile(file('featured.raw'))).toEqual(await readFile(source))
    }
  })
})

describe('read of the reference', () => {
  it('did not know where the disk ends', async () => {
    const past = await run('read', '--sector', '999999999', 'zero-flags.qcow2')
    expect(past.exitCode).toBe(1)
    expect(past.stdout).toBe('')
    expect(past.stderr).toMatch(/zero-flags\.qcow2/)
    const across = await run('read', '--sector', '2047', '--length', '2', 'zero-flags.qcow2')
    expect(across).toMatchObject({ exitCode: 1, stdout: '' })
  })

  it('gave the header for a cluster that is zero by its flag', async () => {
    const { exitCode, stdout } = await run('read', '--sector', '128', 'zero-flags.qcow2')
    expect(exitCode).toBe(0)
    expect(stdout).toBe('\0'.repeat(512))
  })
})

describe('mapped of the reference', () => {
  it('ignored --output json', async () => {
    const { exitCode, stdout } = await run('mapped', '--output', 'json', 'zero-flags.qcow2')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ version: 1 })
  })

  it('printed a line for every 32 KiB', async () => {
    await createQcow2(file('solid.qcow2'), '8M')
    await qemuIo(file('solid.qcow2'), 'write -P 1 0 8M')
    const { stdout } = await run('mapped', 'solid.qcow2')
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stdout).toMatch(/^# offset \(bytes\), length \(bytes\)\n(?:0x)?0+ 8388608\n$/)
  })

  it('listed zeroes as data only because they are stored, unless told', async () => {
    await createQcow2(file('blank.qcow2'), '8M')
    await qemuIo(file('blank.qcow2'), 'write -P 0 0 8M')
    const lines = async (...words: string[]) => (await run(...words)).stdout.trimEnd().split('\n')
    expect(await lines('mapped', 'blank.qcow2')).toHaveLength(2)
    expect(await lines('mapped', '--ignore-zeroes', 'blank.qcow2')).toHaveLength(1)
  })
})

describe('info of the reference', () => {
  it('gave no JSON, no backing file, no snapshots and no space that is used', async () => {
    await createQcow2(
      file('kept.qcow2'),
      '1M',
      'cluster_size=64k',
      '-b',
      'zero-flags.qcow2',
      '-F',
      'qcow2',
    )
    await qemuImg('snapshot', '-c', 'before the flood', file('kept.qcow2'))
    const { stdout } = await run('info', '--json', 'kept.qcow2')
    expect(JSON.parse(stdout)).toMatchObject({
      'backing-filename': 'zero-flags.qcow2',
      'actual-size': expect.any(Number) as number,
      snapshots: [{ name: 'before the flood' }],
    })
  })

  it('died of a key that is not there', async () => {
    const there = await run('info', '--filter', '.virtual-size', 'zero-flags.qcow2')
    expect(there).toMatchObject({ exitCode: 0, stdout: `${MIB}\n` })
    const missing = await run('info', '--filter', '.virtual-sise', 'zero-flags.qcow2')
    expect(missing.exitCode).toBe(1)
    expect(missing.stdout).toBe('')
    expect(missing.stderr).toContain('virtual-size')
  })

  it('died of an empty file', async () => {
    await writeFile(file('empty.qcow2'), '')
    const { exitCode, stderr } = await run('info', 'empty.qcow2')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('empty.qcow2 is empty')
  })

  it('did not know features that QEMU uses', async () => {
    for (const options of ['compression_type=zstd', 'extended_l2=on', 'refcount_bits=1']) {
      await createQcow2(file('modern.qcow2'), '1M', options)
      expect((await run('info', 'modern.qcow2')).exitCode).toBe(0)
    }
    await createQcow2(file('modern.qcow2'), '1M')
    await qemuImg('bitmap', '--add', file('modern.qcow2'), 'since-monday')
    expect((await run('info', 'modern.qcow2')).exitCode).toBe(0)
  })
})
