import { describe, expect, it } from 'vitest'
import { sameBytes } from '../../../../core/base/same-bytes.ts'
import { planRelink, planRelinkBack } from '../../../../core/operations/plan-relink.ts'
import { relinkImage } from '../../../../core/operations/relink.ts'
import type { BackingLink } from '../../../../core/operations/relink-plan.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../helpers/qcow2-builder.ts'
import { refusalOf } from '../../../helpers/refusal-of.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'

type Machine = CrashMachine<never>

const image = '/vm/top.qcow2'
const virtualSize = 64 * 1024

/** Nobody knows what they are for, and they have to stay. */
const unknown = [
  { type: 0x1234_5678, data: new Uint8Array([1, 2, 3]) },
  { type: 0x2345_6789, data: new Uint8Array(16).fill(9) },
]

const fileOf = (options: BuilderOptions): Uint8Array =>
  new Uint8Array(new Qcow2Builder({ virtualSize, ...options }).data(1).bytes)

const withBacking = (options: BuilderOptions = {}): Uint8Array =>
  fileOf({ backing: { name: 'old.qcow2', format: 'qcow2' }, ...options })

const machineWith = (files: Readonly<Record<string, Uint8Array>>): Machine =>
  new CrashMachine(new CrashLog<never>(), {
    [image]: withBacking(),
    '/vm/new.qcow2': fileOf({}),
    ...files,
  })

async function areaIn(machine: Machine, path = image) {
  await using file = await machine.openFile(path)
  return readHeaderArea(file)
}

async function linkOf(machine: Machine): Promise<BackingLink> {
  const { backingName: name = '', backingFormat: format } = await areaIn(machine)
  return { name, format }
}

async function relinkTo(machine: Machine, backing: string, backingFormat?: 'qcow2' | 'raw') {
  const plan = await planRelink(machine, image, { backing, backingFormat })
  await relinkImage(machine, image, plan)
  return plan
}

describe.each([
  { name: 'version 3', options: {} },
  { name: 'version 2', options: { version: 2 } },
  { name: 'clusters of 512 bytes', options: { clusterBits: 9 } },
  { name: 'clusters of 2 MiB', options: { clusterBits: 21, virtualSize: 2 ** 22 } },
] as const)('relinking an image of $name', ({ options }) => {
  it('changes name and format, keeps extensions it does not know, and goes back byte by byte in meaning', async () => {
    const machine = machineWith({ [image]: withBacking({ ...options, extensions: unknown }) })
    const before = await areaIn(machine)
    const bytes = machine.bytesOf(image).slice()
    const plan = await relinkTo(machine, 'new.qcow2')
    expect(plan).toMatchObject({
      before: { name: 'old.qcow2', format: 'qcow2' },
      after: { name: 'new.qcow2', format: 'qcow2' },
      target: '/vm/new.qcow2',
    })
    const after = await areaIn(machine)
    expect(after.extensions).toEqual(before.extensions)
    // Nothing past the first cluster changed.
    const cluster = before.geometry.clusterSize
    expect(sameBytes(machine.bytesOf(image).subarray(cluster), bytes.subarray(cluster))).toBe(true)

    const back = await planRelinkBack(machine, image, plan, {})
    await relinkImage(machine, image, back)
    const { header, extensions, ...names } = await areaIn(machine)
    expect({ extensions, ...names }).toMatchObject({
      extensions: before.extensions,
      backingName: 'old.qcow2',
      backingFormat: 'qcow2',
    })
    expect({ ...header, backingFileOffset: 0 }).toEqual({ ...before.header, backingFileOffset: 0 })
  })

  it('says a format that was not said, and takes a longer name where it fits', async () => {
    const backing = { name: 'b' }
    const long = `${'./'.repeat(60)}new.qcow2`
    const machine = machineWith({ [image]: withBacking({ ...options, backing }) })
    expect(await linkOf(machine)).toEqual({ name: 'b', format: undefined })
    await relinkTo(machine, long)
    expect(await linkOf(machine)).toEqual({ name: long, format: 'qcow2' })
  })
})

describe('a name is refused', () => {
  it('that is longer than the format allows', async () => {
    const machine = machineWith({})
    const error = await refusalOf(() =>
      planRelink(machine, image, { backing: `./${'/'.repeat(1100)}new.qcow2` }),
    )
    expect(error).toMatchObject({ reason: 'names-too-long', context: { limit: 1023 } })
  })

  it('that does not fit into a cluster of 512 bytes, and nothing is written', async () => {
    const machine = machineWith({ [image]: withBacking({ clusterBits: 9, extensions: unknown }) })
    const bytes = machine.bytesOf(image).slice()
    const error = await refusalOf(() =>
      planRelink(machine, image, { backing: `./${'/'.repeat(500)}new.qcow2` }),
    )
    expect(error.reason).toBe('relink-no-room')
    expect(sameBytes(machine.bytesOf(image), bytes)).toBe(true)
  })

  it.each([
    ['that is no path', 'nbd://host/disk', 'link-not-a-path'],
    ['of a file that is not there', 'gone.qcow2', 'file-missing'],
    ['of the image itself', 'top.qcow2', 'relink-loop'],
    ['of an image that is read through this one', 'child.qcow2', 'relink-loop'],
  ] as const)('%s', async (_, backing, reason) => {
    const child = fileOf({ backing: { name: 'top.qcow2', format: 'qcow2' } })
    const machine = machineWith({ '/vm/child.qcow2': child })
    expect((await refusalOf(() => planRelink(machine, image, { backing }))).reason).toBe(reason)
  })

  it('of a file that is something else than was said, or would be read as something else', async () => {
    const machine = machineWith({ '/vm/disk.raw': new Uint8Array(virtualSize) })
    const asQcow2 = { backing: 'disk.raw', backingFormat: 'qcow2' } as const
    expect((await refusalOf(() => planRelink(machine, image, asQcow2))).reason).toBe(
      'relink-other-format',
    )
    const asRaw = { backing: 'new.qcow2', backingFormat: 'raw' } as const
    expect((await refusalOf(() => planRelink(machine, image, asRaw))).reason).toBe(
      'relink-other-format',
    )
  })

  it('when the image has no backing file, is raw, or was marked as corrupt', async () => {
    const corrupt = new Qcow2Builder({ virtualSize, backing: { name: 'old.qcow2' } })
    corrupt.header('incompatibleFeatures', 2)
    const machine = machineWith({
      '/vm/alone.qcow2': fileOf({}),
      '/vm/disk.raw': new Uint8Array(virtualSize),
      '/vm/corrupt.qcow2': new Uint8Array(corrupt.bytes),
    })
    const reasonFor = async (name: string) =>
      (await refusalOf(() => planRelink(machine, `/vm/${name}`, { backing: 'new.qcow2' }))).reason
    expect(await reasonFor('alone.qcow2')).toBe('relink-no-backing')
    expect(await reasonFor('disk.raw')).toBe('relink-no-backing')
    expect(await reasonFor('corrupt.qcow2')).toBe('image-corrupt')
  })
})

describe('the file that an image names now', () => {
  const old = { '/vm/old.qcow2': fileOf({}), '/elsewhere/old.qcow2': fileOf({}) }
  const elsewhere = withBacking({ backing: { name: '/elsewhere/old.qcow2', format: 'qcow2' } })
  const warningsOf = async (machine: Machine, links?: 'allow' | 'deny') =>
    (await planRelink(machine, image, { backing: 'new.qcow2', links })).warnings.map(
      ({ kind }) => kind,
    )

  it('is told of when it is there and is another one', async () => {
    expect(await warningsOf(machineWith(old))).toEqual(['old-still-there'])
    const machine = machineWith({ ...old, [image]: elsewhere })
    expect(await warningsOf(machine, 'allow')).toEqual(['old-still-there'])
  })

  it('is not even looked for where the gate does not let through what an image names', async () => {
    const machine = machineWith({ ...old, [image]: elsewhere })
    const opened: string[] = []
    machine.wrap = (file, path) => {
      opened.push(path)
      return file
    }
    expect(await warningsOf(machine)).toEqual([])
    expect(opened).not.toContain('/elsewhere/old.qcow2')
    expect(await warningsOf(machineWith(old), 'deny')).toEqual([])
  })
})

it('is refused once the image is another one than was planned for', async () => {
  const machine = machineWith({})
  const plan = await planRelink(machine, image, { backing: 'new.qcow2' })
  await relinkTo(machine, './new.qcow2')
  const error = await refusalOf(() => relinkImage(machine, image, plan))
  expect(error.reason).toBe('plan-outdated')
  expect(await linkOf(machine)).toMatchObject({ name: './new.qcow2' })
})
