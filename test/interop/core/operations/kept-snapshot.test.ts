import { copyFile, open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createEngine, type KeptContent } from '../../../../core/index.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../../../helpers/qemu.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const kib = 1024
const mib = 2 ** 20

interface Kind {
  readonly name: string
  readonly options: readonly string[]
  readonly backing?: boolean
  /** Bytes of VM state. */
  readonly vmState?: number
  readonly packed?: boolean
}

const kinds: readonly Kind[] = [
  { name: 'plain', options: [] },
  { name: 'a VM state', options: [], vmState: 3 * mib },
  { name: 'compressed with zlib', options: [], packed: true },
  { name: 'compressed with zstd', options: ['compression_type=zstd'], packed: true },
  { name: 'subclusters', options: ['extended_l2=on'], packed: true },
  { name: 'clusters of 512 bytes', options: ['cluster_size=512'], packed: true },
  { name: 'clusters of 256 KiB', options: ['cluster_size=256k'] },
  { name: 'version 2', options: ['compat=0.10'], packed: true },
  { name: 'an overlay', options: [], backing: true },
]

/** Three snapshots that share some clusters with each other and with the disk, and not others. */
async function imageOf(folder: TempFolder, kind: Kind): Promise<string> {
  const path = folder.file('disk.qcow2')
  const base = folder.file('base.qcow2')
  if (kind.backing === true) {
    await qemuImg('create', '-q', '-f', 'qcow2', base, '8M')
    await qemuIo(base, 'write -P 99 0 8M')
  }
  const options = kind.options.length === 0 ? [] : ['-o', kind.options.join()]
  const over = kind.backing === true ? ['-b', base, '-F', 'qcow2'] : []
  await qemuImg('create', '-q', '-f', 'qcow2', ...options, ...over, path, '8M')
  const pack = kind.packed === true ? ['write -c -P 7 6M 64k', 'write -c -P 8 6208k 64k'] : []
  const repack = kind.packed === true ? ['write -P 9 6M 64k', 'write -c -P 7 6336k 64k'] : []
  await qemuIo(path, 'write -P 1 0 3M', ...pack, 'write -z 5M 64k')
  await qemuImg('snapshot', '-c', 'first', path)
  if (kind.vmState !== undefined) await qemuIo(path, `write -b -P 42 0 ${kind.vmState}`)
  await qemuIo(path, 'write -P 2 1M 512k', 'write -P 3 3M 100k', ...repack, 'discard 0 64k')
  await qemuImg('snapshot', '-c', 'second', path)
  if (kind.vmState !== undefined) await setVmStateSize(path, kind.vmState)
  await qemuIo(path, 'write -P 4 1280k 512k', 'write -P 5 4M 64k')
  await qemuImg('snapshot', '-c', 'third', path)
  await qemuIo(path, 'write -P 6 1536k 64k', 'write -z 2M 64k')
  return path
}

/** qemu-img takes snapshots without a VM; this says how long the state is, of the second one. */
async function setVmStateSize(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'r+')
  const header = Buffer.alloc(72)
  await file.read(header, 0, 72, 0)
  const table = Buffer.alloc(4 * kib)
  const start = Number(header.readBigUInt64BE(64))
  await file.read(table, 0, table.length, start)
  const length = 40 + table.readUInt32BE(36) + table.readUInt16BE(12) + table.readUInt16BE(14)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(bytes))
  await file.write(size, 0, 8, start + Math.ceil(length / 8) * 8 + 40)
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function contentOf(path: string, folder: TempFolder, snapshot?: string): Promise<string> {
  const raw = folder.file('content.raw')
  const of = snapshot === undefined ? [] : ['-l', `snapshot.name=${snapshot}`]
  await qemuImg('convert', ...of, '-O', 'raw', path, raw)
  return digest(await readFile(raw))
}

const snapshotsOf = async (path: string): Promise<unknown> =>
  (await qemuImgJson<{ readonly snapshots?: unknown }>('info', path)).snapshots

async function mustBeClean(path: string): Promise<void> {
  const { exitCode, stdout } = await qemuCheck(path)
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
}

async function deleteAndKeep(
  path: string,
  name: string,
  content: KeptContent,
  file: string,
): Promise<void> {
  const plan = await engine.planDeleteSnapshot(path, { snapshot: { name } })
  const { kept } = await engine.deleteSnapshot(path, { plan, keep: { path: file, content } })
  expect(kept).toMatchObject({ path: file, image: path, content, snapshot: { name } })
  const { size, mode } = await stat(file)
  expect(kept?.bytes).toBe(size)
  expect(mode & 0o777).toBe(0o600)
  expect(size).toBeLessThanOrEqual(plan.keeping?.[content] ?? 0)
  expect(await engine.readKeptSnapshot(file)).toEqual(kept)
}

describe.each(someOf(kinds, { oneIn: 3 }))('$name', (kind) => {
  it('comes back with id, name, date, content and VM state, and QEMU finds it clean', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, kind)
    const names = ['first', 'second', 'third']
    const before = await snapshotsOf(path)
    const digests: string[] = []
    for (const name of names) digests.push(await contentOf(path, folder, name))
    const disk = await contentOf(path, folder)
    const turns = [
      { content: 'own', name: 'first' },
      { content: 'own', name: 'second' },
      { content: 'whole', name: 'second' },
      { content: 'own', name: 'third' },
    ] as const
    for (const { content, name } of turns) {
      const file = folder.file(`${content}-${name}`)
      await deleteAndKeep(path, name, content, file)
      await mustBeClean(path)
      const plan = await engine.planRestoreSnapshot(path, file)
      const id = String(names.indexOf(name) + 1)
      expect(plan).toMatchObject({ snapshot: { id, name }, warnings: [] })
      await engine.restoreSnapshot(path, file, { stamp: plan.stamp })
      await mustBeClean(path)
      expect(await snapshotsOf(path)).toEqual(before)
    }
    for (const [at, name] of names.entries()) {
      expect([name, await contentOf(path, folder, name)]).toEqual([name, digests[at]])
    }
    expect(await contentOf(path, folder)).toBe(disk)
    if (kind.vmState !== undefined) {
      await qemuImg('snapshot', '-a', 'second', path)
      await qemuIo(path, `read -b -P 42 0 ${kind.vmState}`)
    }
  })
})

const plain: Kind = { name: 'plain', options: [], packed: true }

describe('a snapshot that was kept whole', () => {
  it('comes back after a VM wrote, took a snapshot with its id and emptied the disk', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, plain)
    const content = await contentOf(path, folder, 'third')
    const file = folder.file('kept')
    await deleteAndKeep(path, 'third', 'whole', file)
    await qemuIo(path, 'write -P 20 0 2M', 'write -P 21 6336k 64k')
    await qemuImg('snapshot', '-c', 'newer', path)
    await qemuIo(path, 'discard 0 4M', 'write -P 22 5M 2M')
    await qemuImg('snapshot', '-d', 'first', path)
    const disk = await contentOf(path, folder)

    const plan = await engine.planRestoreSnapshot(path, file)
    expect(plan).toMatchObject({ snapshot: { id: '4', name: 'third' }, warnings: ['id-taken'] })
    const { snapshot } = await engine.restoreSnapshot(path, file)
    expect(snapshot).toMatchObject({ id: '4', name: 'third' })
    await mustBeClean(path)
    expect(await contentOf(path, folder, 'third')).toBe(content)
    expect(await contentOf(path, folder)).toBe(disk)
  })

  it('shares again what is still there, and writes no cluster twice', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, plain)
    const { size } = await stat(path)
    const usage = await engine.listSnapshots(path)
    await deleteAndKeep(path, 'second', 'whole', folder.file('kept'))
    await engine.restoreSnapshot(path, folder.file('kept'))
    expect(await engine.listSnapshots(path)).toMatchObject(
      usage.map(({ name, usage: bytes }) => ({ name, usage: bytes })),
    )
    expect((await stat(path)).size).toBeLessThanOrEqual(size + 256 * kib)
  })

  it('has the L2 tables of the disk again when that did not change', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '8M')
    await qemuIo(path, 'write -P 1 0 3M')
    const { snapshot } = await engine.createSnapshot(path, { name: 'only' })
    const taken = { kind: 'snapshot-create', snapshot } as const
    await deleteAndKeep(path, 'only', 'own', folder.file('kept'))
    await engine.restoreSnapshot(path, folder.file('kept'))
    await mustBeClean(path)
    // Taking the snapshot can be undone only as long as the two share every table.
    expect((await engine.planUndoChange(path, taken)).refusal).toBeUndefined()
  })
})

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'nothing'
  } catch (error) {
    expect(error).toBeInstanceOf(ImageError)
    const { explanation } = error as ImageError
    expect(Object.values(explanation).join(' ')).not.toMatch(/undefined|NaN/)
    return (error as ImageError).reason
  }
}

describe('what is refused', () => {
  it('is a snapshot kept without what it shared, once somebody wrote to the image', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, plain)
    const file = folder.file('kept')
    await deleteAndKeep(path, 'first', 'own', file)
    // In place: no table and no length changes.
    await qemuIo(path, 'write -P 30 512k 4k')
    const bytes = await readFile(path)
    expect(await reasonOf(engine.planRestoreSnapshot(path, file))).toBe(
      'kept-snapshot-written-since',
    )
    expect(await reasonOf(engine.restoreSnapshot(path, file))).toBe('kept-snapshot-written-since')
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  it('is a snapshot that is there, one whose name another has, and another image', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, plain)
    const file = folder.file('kept')
    await deleteAndKeep(path, 'second', 'whole', file)
    const other = folder.file('other.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', other, '8M')
    expect(await reasonOf(engine.planRestoreSnapshot(other, file))).toBe(
      'kept-snapshot-other-image',
    )
    const twin = folder.file('twin.qcow2')
    await copyFile(path, twin)
    await qemuImg('snapshot', '-c', 'second', twin)
    expect(await reasonOf(engine.planRestoreSnapshot(twin, file))).toBe('snapshot-exists')
    await engine.restoreSnapshot(path, file)
    expect(await reasonOf(engine.restoreSnapshot(path, file))).toBe('kept-snapshot-still-there')
  })

  it('is a kept file that is not what was written', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, { ...plain, packed: false })
    const kept = folder.file('kept')
    await deleteAndKeep(path, 'second', 'own', kept)
    const bytes = await readFile(path)
    const harms: readonly (readonly [string, string, (file: string) => Promise<void>])[] = [
      ['cut short', 'kept-snapshot-invalid', (file) => truncate(file, 9000)],
      ['empty', 'kept-snapshot-invalid', (file) => truncate(file, 0)],
      ['other text', 'kept-snapshot-invalid', (file) => writeFile(file, 'x')],
      ['damaged in its head', 'kept-snapshot-invalid', (file) => flip(file, 1100)],
      ['damaged in its content', 'kept-snapshot-invalid', (file) => flip(file, 200_000)],
      ['without its seal', 'kept-snapshot-unfinished', (file) => flip(file, 520)],
    ]
    for (const [what, reason, harm] of harms) {
      const file = folder.file(what)
      await copyFile(kept, file)
      await harm(file)
      expect([what, await reasonOf(engine.restoreSnapshot(path, file))]).toEqual([what, reason])
    }
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  it('is keeping over a file that is there, and the snapshot stays', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, { ...plain, packed: false })
    const before = await snapshotsOf(path)
    const file = folder.file('kept')
    await writeFile(file, 'something')
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { name: 'first' } })
    const keep = { path: file, content: 'own' } as const
    expect(await reasonOf(engine.deleteSnapshot(path, { plan, keep }))).toBe('file-exists')
    expect(await readFile(file, 'utf8')).toBe('something')
    expect(await snapshotsOf(path)).toEqual(before)
  })

  it('is a cancel while it is kept, and no file is left', async () => {
    await using folder = await tempFolder('kept-snapshot')
    const path = await imageOf(folder, { ...plain, packed: false })
    const before = await snapshotsOf(path)
    const cancel = new AbortController()
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { name: 'second' } })
    const file = folder.file('kept')
    const keeping = engine.deleteSnapshot(path, {
      plan,
      keep: { path: file, content: 'whole' },
      signal: cancel.signal,
      onProgress: ({ phase }) => {
        if (phase === 'keeping') cancel.abort()
      },
    })
    expect(await reasonOf(keeping)).toBe('cancelled')
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await snapshotsOf(path)).toEqual(before)
    await mustBeClean(path)
  })
})

/** Another bit at one place. */
async function flip(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 1
  await file.write(byte, 0, 1, at)
}
