import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
const file = (name: string): string => folder.file(name)

beforeAll(async () => {
  folder = await tempFolder('cli-codes')
  await qemuImg('create', '-q', '-f', 'qcow2', file('sound.qcow2'), '64M')
  await qemuImg('create', '-q', '-f', 'raw', file('disk.raw'), '1M')
  await qemuImg('create', '-q', '-f', 'vmdk', file('foreign.vmdk'), '1M')
  await new Qcow2Builder().data(0).leak(3).build().writeTo(file('leaky.qcow2'))
  const corrupt = new Qcow2Builder().data(0).build()
  corrupt.setRefcount(corrupt.hostClusterOf(0), 0n)
  await corrupt.writeTo(file('corrupt.qcow2'))
  const packed = new Qcow2Builder().compressed(0, 0x55, new Uint8Array(200).fill(0xff))
  await packed.build().writeTo(file('unpackable.qcow2'))
  await writeFile(file('empty.qcow2'), '')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('check', () => {
  it.each(
    someOf(
      [
        [['sound.qcow2'], 0],
        [['leaky.qcow2'], 3],
        [['corrupt.qcow2'], 2],
        [['empty.qcow2'], 1],
        [['missing.qcow2'], 1],
        [['disk.raw'], 63],
        [['foreign.vmdk'], 63],
        [['sound.qcow2', 'leaky.qcow2'], 3],
        [['sound.qcow2', 'leaky.qcow2', 'empty.qcow2'], 1],
        [['corrupt.qcow2', 'leaky.qcow2', 'empty.qcow2'], 2],
        [['sound.qcow2', 'disk.raw'], 0],
        [['foreign.vmdk', 'disk.raw'], 63],
      ],
      { oneIn: 2 },
    ),
  )('of %j answers %d', async (names, code) => {
    for (const form of ['human', 'json']) {
      const { exitCode, stderr } = await platter(['check', '--output', form, ...names.map(file)])
      expect(exitCode).toBe(code)
      expect(stderr).not.toMatch(/\n\s+at /)
    }
  })

  it('counts compressed data that does not unpack only when asked to look deep', async () => {
    const image = file('unpackable.qcow2')
    expect((await platter(['check', image])).exitCode).toBe(0)
    const deep = await platter(['check', '--deep', image])
    expect(deep.exitCode).toBe(2)
    expect(deep.stdout).toMatch(/Damaged.*warning/)
  })

  it('sums several images up below their table', async () => {
    const { stdout } = await platter([
      'check',
      file('sound.qcow2'),
      file('leaky.qcow2'),
      file('disk.raw'),
    ])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^IMAGE\s+HEALTH\s+CORRUPTIONS\s+LEAKS\s+WASTED\s+ALLOCATED/)
    expect(lines.at(-1)).toMatch(/^3 images in .* s: 1 healthy, 1 skipped, 1 leaks\.$/)
  })

  it('leaves the summary out with --quiet', async () => {
    const { stdout } = await platter(['check', '--quiet', file('sound.qcow2'), file('leaky.qcow2')])
    expect(stdout).not.toContain('2 images')
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
  })
})

describe('the other verbs', () => {
  it.each(
    someOf(
      [
        ['info', 'sound.qcow2', 0],
        ['info', 'missing.qcow2', 1],
        ['map', 'sound.qcow2', 0],
        ['map', 'empty.qcow2', 1],
        ['sha', 'sound.qcow2', 0],
        ['sha', 'missing.qcow2', 1],
        ['list', 'sound.qcow2', 0],
        ['list', 'empty.qcow2', 1],
      ],
      { oneIn: 2, from: 1 },
    ),
  )('%s of %s answers %d', async (verb, name, code) => {
    for (const form of ['human', 'json']) {
      const { exitCode, stdout, stderr } = await platter([verb, '--output', form, file(name)])
      expect({ exitCode, stderr }).toMatchObject({ exitCode: code })
      expect(`${stdout}${stderr}`).not.toMatch(/undefined|NaN|\[object/)
    }
  })
})
