/**
 * What qcow-tool 0.14 did to files that it made: each test is named by what was seen there, and shows that the
 * command line does not do it, with QEMU as the witness. The engine's half is in test/interop/core/device.
 */
import { randomFillSync } from 'node:crypto'
import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuCheck, qemuImg, qemuImgJson } from '../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { platter } from '../run-platter.ts'

const MIB = 1024 ** 2

let folder: TempFolder
const file = (name: string): string => folder.file(name)
const run = (...words: readonly string[]) => platter(words, { cwd: folder.path })
const allocated = async (name: string) => (await stat(file(name))).blocks * 512

beforeAll(async () => {
  folder = await tempFolder('seed-making')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('create of the reference', () => {
  it('ignored the file that was named, and emptied test.qcow2', async () => {
    await writeFile(file('test.qcow2'), 'precious')
    expect(await run('create', '--size', '1GiB', 'named.qcow2')).toMatchObject({ exitCode: 0 })
    expect(await readFile(file('test.qcow2'), 'utf8')).toBe('precious')
    expect(await qemuImgJson('info', file('named.qcow2'))).toMatchObject({
      format: 'qcow2',
      'virtual-size': 1024 * MIB,
    })
  })

  it('left images that were dirty and wrong before their first use', async () => {
    for (const [index, options] of [[], ['--lazy-refcounts'], ['--strict-refcounts']].entries()) {
      const name = `new-${index}.qcow2`
      expect((await run('create', '--size', '64M', ...options, name)).exitCode).toBe(0)
      expect(await qemuCheck(file(name))).toMatchObject({ exitCode: 0 })
      const { 'dirty-flag': dirty } = await qemuImgJson<{ 'dirty-flag': boolean }>(
        'info',
        file(name),
      )
      expect(dirty).toBe(false)
    }
  })

  it('never came back with --strict-refcounts', async () => {
    const { exitCode } = await run('create', '--strict-refcounts', '--size', '1T', 'strict.qcow2')
    expect(exitCode).toBe(0)
    expect(await qemuCheck(file('strict.qcow2'))).toMatchObject({ exitCode: 0 })
  })

  it('overwrote an image without asking', async () => {
    await run('create', '--size', '1M', 'mine.qcow2')
    const before = await readFile(file('mine.qcow2'))
    const again = await run('create', '--size', '2M', 'mine.qcow2')
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('mine.qcow2')
    expect(await readFile(file('mine.qcow2'))).toEqual(before)
  })

  it('emptied the file before it found the size impossible', async () => {
    await writeFile(file('kept.qcow2'), 'precious')
    for (const size of ['-1', 'much', '1..5G', '']) {
      const refused = await run('create', `--size=${size}`, '--overwrite', 'kept.qcow2')
      expect(refused.exitCode).toBe(64)
      expect(refused.stderr).toContain(`"${size}"`)
      expect(await readFile(file('kept.qcow2'), 'utf8')).toBe('precious')
    }
  })

  it('refused sizes as people write them', async () => {
    const sizes = { '1.5GiB': 1.5 * 1024 * MIB, '1GB': 1e9, '10M': 10 * MIB, '0x400K': undefined }
    for (const [size, bytes] of Object.entries(sizes)) {
      const made = await run('create', '--overwrite', 'sized.qcow2', size)
      expect(made.exitCode).toBe(bytes === undefined ? 64 : 0)
      if (bytes === undefined) continue
      const info = await qemuImgJson<{ 'virtual-size': number }>('info', file('sized.qcow2'))
      expect(info['virtual-size']).toBe(Math.ceil(bytes / 512) * 512)
    }
  })
})

describe('encode of the reference', () => {
  it('hung for ever on more than 512 MiB', { timeout: 120_000 }, async () => {
    await using handle = await open(file('large.raw'), 'w')
    const piece = randomFillSync(Buffer.alloc(MIB))
    for (let at = 0; at < 600; at++) {
      piece.writeUInt32BE(at, 0)
      await handle.write(piece, 0, piece.length, at * MIB)
    }
    expect((await run('encode', 'large.raw', 'large.qcow2')).exitCode).toBe(0)
    expect(await qemuCheck(file('large.qcow2'))).toMatchObject({ exitCode: 0 })
    await qemuImg('compare', '-F', 'raw', file('large.qcow2'), file('large.raw'))
    await Promise.all([truncate(file('large.raw'), 0), truncate(file('large.qcow2'), 0)])
  })

  it('stored what was one hole', async () => {
    await writeFile(file('hole.raw'), '')
    await truncate(file('hole.raw'), 64 * MIB)
    expect((await run('encode', 'hole.raw', 'hole.qcow2')).exitCode).toBe(0)
    const { result } = await qemuCheck(file('hole.qcow2'))
    expect(result?.['allocated-clusters'] ?? 0).toBe(0)
    expect(await allocated('hole.qcow2')).toBeLessThan(MIB)
  })

  it('stored zeroes that were written out', async () => {
    await writeFile(file('zeroes.raw'), Buffer.alloc(4 * MIB))
    expect((await run('encode', 'zeroes.raw', 'zeroes.qcow2')).exitCode).toBe(0)
    expect(await allocated('zeroes.qcow2')).toBeLessThan(MIB)
  })

  it('left the file 32 MiB longer than what is in it', async () => {
    await writeFile(file('three.raw'), randomFillSync(Buffer.alloc(3 * MIB)))
    expect((await run('encode', 'three.raw', 'three.qcow2')).exitCode).toBe(0)
    expect((await stat(file('three.qcow2'))).size).toBeLessThan(4 * MIB)
  })

  it('took whole sectors only', async () => {
    for (const length of [0, 1, 511, 513, 65_537]) {
      const bytes = Buffer.alloc(length, 0x5a)
      await writeFile(file('odd.raw'), bytes)
      const encoded = await run('encode', '--overwrite', 'odd.raw', 'odd.qcow2')
      expect(encoded).toMatchObject({ exitCode: 0 })
      expect(await qemuCheck(file('odd.qcow2'))).toMatchObject({ exitCode: 0 })
      await qemuImg('convert', '-O', 'raw', file('odd.qcow2'), file('back.raw'))
      const back = await readFile(file('back.raw'))
      expect(back.length).toBe(Math.ceil(length / 512) * 512)
      expect(back.subarray(0, length)).toEqual(bytes)
      expect(back.subarray(length).every((byte) => byte === 0)).toBe(true)
    }
  })
})

describe('pattern of the reference', () => {
  it('ignored the file that was named, and emptied test.qcow2', async () => {
    await writeFile(file('test.qcow2'), 'precious')
    const made = await run('pattern', '--size', '4MiB', 'pattern.qcow2')
    expect(made.exitCode).toBe(0)
    expect(await readFile(file('test.qcow2'), 'utf8')).toBe('precious')
    expect(await qemuCheck(file('pattern.qcow2'))).toMatchObject({ exitCode: 0 })
  })

  it('wrote nothing but zeroes as pattern 2', async () => {
    expect((await run('pattern', '--pattern', '2', '--size', '4M', 'two.qcow2')).exitCode).toBe(0)
    await qemuImg('convert', '-O', 'raw', file('two.qcow2'), file('two.raw'))
    const disk = await readFile(file('two.raw'))
    const numbered = Array.from({ length: disk.length / 512 }, (_, sector) => sector).filter(
      (sector) => sector > 0 && disk.readBigUInt64BE(sector * 512) === BigInt(sector),
    )
    // Every even cluster was discarded, all others hold the numbers of their sectors.
    expect(numbered.length).toBe(disk.length / 512 / 2)
    expect(numbered.every((sector) => Math.floor(sector / 128) % 2 === 1)).toBe(true)
    expect((await run('pattern', '--verify', '--pattern', '2', 'two.qcow2')).exitCode).toBe(0)
  })

  it('emptied the file before it found the pattern unknown', async () => {
    await writeFile(file('kept.qcow2'), 'precious')
    const refused = await run('pattern', '--pattern', '3', '--size', '1M', 'kept.qcow2')
    expect(refused.exitCode).toBe(64)
    expect(await readFile(file('kept.qcow2'), 'utf8')).toBe('precious')
  })
})

describe('dehydrate of the reference', () => {
  it('kept only the first MiB of each range', { timeout: 60_000 }, async () => {
    // 512-byte clusters make an L1 table and L2 tables of more than that.
    const image = file('wide.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', image, '64G')
    expect((await run('dehydrate', 'wide.qcow2', 'wide.dehydrated')).exitCode).toBe(0)
    expect((await run('rehydrate', 'wide.dehydrated', 'again.qcow2')).exitCode).toBe(0)
    const [before, after] = await Promise.all([qemuCheck(image), qemuCheck(file('again.qcow2'))])
    expect(after.exitCode).toBe(0)
    expect(after.result).toEqual({ ...before.result, filename: file('again.qcow2') })
  })

  it('and its two files come out as it wrote them', async () => {
    const image = file('small.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '64M')
    expect((await run('dehydrate', '--two-files', 'parts', 'small.qcow2')).exitCode).toBe(0)
    expect(await readFile(file('parts.map'), 'utf8')).toMatch(
      /^\(\(blocks \((?:\(\d+ \d+\) ?)+\)\) \(total_size \d+\)\)\n?$/,
    )
    expect((await run('rehydrate', 'parts', 'whole.qcow2')).exitCode).toBe(0)
    expect(await qemuCheck(file('whole.qcow2'))).toMatchObject({ exitCode: 0 })
    const beside = await readdir(folder.path)
    expect(beside).toContain('parts.meta')
  })
})
