import { open, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/index.ts'
import { createHash } from 'node:crypto'
import { qemuCheck, qemuImg, qemuImgJson, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const takenAt = Date.UTC(2026, 0, 2, 3, 4, 5)

interface Info {
  readonly 'virtual-size': number
  readonly snapshots?: readonly { readonly id: string; readonly name: string }[]
}

async function newImage(path: string, size = '4M', ...options: string[]): Promise<string> {
  const optionArgs = options.length === 0 ? [] : ['-o', options.join(',')]
  await qemuImg('create', '-q', '-f', 'qcow2', ...optionArgs, path, size)
  await qemuIo(path, 'write -P 1 0 1M')
  return path
}

async function mustBeClean(path: string): Promise<void> {
  const { exitCode, stdout, stderr } = await qemuCheck(path)
  if (exitCode !== 0) throw new Error(`qemu-img check ended with ${exitCode}: ${stdout}${stderr}`)
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

describe('a disk that was resized between its snapshots', () => {
  // QEMU resizes no version 2 image that has snapshots.
  test.each([
    { to: '6M', arguments: [] },
    { to: '2G', arguments: [] },
    { to: '1M', arguments: ['--shrink'] },
  ])('gets its size of then back, by Platter as by QEMU: %o', async ({ to, arguments: extra }) => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'))
    await engine.createSnapshot(path, { name: 'before', takenAt })
    await qemuImg('resize', '-q', '-f', 'qcow2', ...extra, path, to)
    await qemuIo(path, 'write -P 9 512k 64k')
    await engine.createSnapshot(path, { name: 'after', takenAt })
    const resized = await qemuImgJson<Info>('info', path)

    const plan = await engine.planApplySnapshot(path, { snapshot: { name: 'before' } })
    expect(plan).toMatchObject({
      before: { virtualSize: resized['virtual-size'] },
      after: { virtualSize: 4 * 2 ** 20 },
    })
    const applied = await engine.applySnapshot(path, { plan })
    expect(applied.virtualSize).toBe(4 * 2 ** 20)
    await qemuIo(path, 'read -P 1 0 1M', 'read -P 0 1M 3M')
    await mustBeClean(path)

    await qemuImg('snapshot', '-a', 'after', path)
    expect((await qemuImgJson<Info>('info', path))['virtual-size']).toBe(resized['virtual-size'])
    await qemuIo(path, 'read -P 9 512k 64k')
    await mustBeClean(path)
  })
})

describe('the VM state of a snapshot', () => {
  async function imageWithVmState(path: string): Promise<string> {
    await newImage(path)
    // QEMU saves the state of a machine behind the disk, in the table of the present state.
    await qemuIo(path, 'write -b -P 0x51 0 192k')
    await qemuImg('snapshot', '-c', 'machine', path)
    await qemuIo(path, 'write -P 2 0 64k')
    return path
  }

  async function mustHaveVmState(path: string): Promise<void> {
    await qemuImg('snapshot', '-a', 'machine', path)
    await qemuIo(path, 'read -b -P 0x51 0 192k', 'read -P 1 0 1M')
  }

  test('outlives what we do with others and with its name', async () => {
    await using folder = await tempFolder()
    const path = await imageWithVmState(folder.file('disk.qcow2'))
    await engine.createSnapshot(path, { name: 'one', takenAt })
    await engine.createSnapshot(path, { name: 'two', takenAt })
    const applying = await engine.planApplySnapshot(path, { snapshot: { name: 'one' } })
    await engine.applySnapshot(path, { plan: applying })
    const deleting = await engine.planDeleteSnapshot(path, { snapshot: { name: 'two' } })
    await engine.deleteSnapshot(path, { plan: deleting })
    await engine.renameSnapshot(path, { snapshot: { name: 'machine' }, name: 'renamed' })
    await mustBeClean(path)
    await engine.renameSnapshot(path, { snapshot: { name: 'renamed' }, name: 'machine' })
    await mustHaveVmState(path)
    await mustBeClean(path)
    const names = (await engine.listSnapshots(path)).map(({ name }) => name)
    expect(names).toEqual(['machine', 'one'])
  })

  test('stays with the snapshot that we apply, and is no part of the disk then', async () => {
    await using folder = await tempFolder()
    const path = await imageWithVmState(folder.file('disk.qcow2'))
    const plan = await engine.planApplySnapshot(path, { snapshot: { name: 'machine' } })
    await engine.applySnapshot(path, { plan })
    await qemuIo(path, 'read -P 1 0 1M')
    await mustBeClean(path)
    await engine.createSnapshot(path, { name: 'disk only', takenAt })
    const [machine, diskOnly] = await engine.listSnapshots(path)
    expect(machine?.l1Entries).toBeGreaterThan(diskOnly?.l1Entries ?? 0)
    await mustHaveVmState(path)
  })

  test('is freed with its snapshot', async () => {
    await using folder = await tempFolder()
    const path = await imageWithVmState(folder.file('disk.qcow2'))
    const before = await engine.planDeleteSnapshot(path, { snapshot: { name: 'machine' } })
    // The present table has it, too, until another snapshot is applied.
    expect(before.freed).toMatchObject({ dataBytes: 64 * 1024 })
    await engine.createSnapshot(path, { name: 'one', takenAt })
    const applying = await engine.planApplySnapshot(path, { snapshot: { name: 'one' } })
    await engine.applySnapshot(path, { plan: applying })
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { name: 'machine' } })
    expect(plan.freed).toMatchObject({ dataBytes: (64 + 192) * 1024 })
    await engine.deleteSnapshot(path, { plan })
    await mustBeClean(path)
  })
})

describe('chains of states that share their tables', () => {
  test('the middle one goes, and the others read as before', async () => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'), '64M', 'cluster_size=4k')
    for (const state of [1, 2, 3, 4, 5]) {
      await qemuIo(path, `write -P ${state} ${state}M 512k`, `write -P ${state + 16} 0 64k`)
      await engine.createSnapshot(path, { name: `state ${state}`, takenAt: takenAt + state })
    }
    const contents = async (states: readonly number[]) => {
      const digests: string[] = []
      for (const state of states) {
        const raw = folder.file('state.raw')
        const choice = `snapshot.name=state ${state}`
        await qemuImg('convert', '-l', choice, '-f', 'qcow2', '-O', 'raw', path, raw)
        digests.push(await digest(raw))
      }
      return digests
    }
    const before = await contents([1, 2, 4, 5])
    const listed = await engine.listSnapshots(path)
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { name: 'state 3' } })
    const freed = (plan.freed?.dataBytes ?? 0) + (plan.freed?.tableBytes ?? 0)
    expect(freed).toBe(listed[2]?.usage?.exclusiveBytes)
    // The 64 KiB that the next state wrote over, with its L2 table and its L1 table.
    expect(freed).toBe(64 * 1024 + 2 * 4096)
    await engine.deleteSnapshot(path, { plan })
    await mustBeClean(path)
    expect(await contents([1, 2, 4, 5])).toEqual(before)
    for (const state of [4, 1, 5, 2]) await qemuImg('snapshot', '-d', `state ${state}`, path)
    await mustBeClean(path)
    await qemuIo(path, 'read -P 21 0 64k', 'read -P 1 1M 512k', 'read -P 5 5M 512k')
  })

  test('compressed clusters that share a host cluster are measured as deleting frees them', async () => {
    await using folder = await tempFolder()
    const source = await newImage(folder.file('source.qcow2'), '8M')
    const path = folder.file('packed.qcow2')
    await qemuImg('convert', '-c', '-f', 'qcow2', '-O', 'qcow2', source, path)
    await engine.createSnapshot(path, { name: 'packed', takenAt })
    await qemuIo(path, 'write -P 7 0 1M')
    const [packed] = await engine.listSnapshots(path)
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { id: '1' } })
    const { dataBytes = -1, tableBytes = -1 } = plan.freed ?? {}
    expect(dataBytes).toBeGreaterThan(0)
    expect(packed?.usage?.exclusiveBytes).toBe(dataBytes + tableBytes)
    await engine.deleteSnapshot(path, { plan })
    await mustBeClean(path)
    await qemuIo(path, 'read -P 7 0 1M')
  })
})

test(
  'hundreds of snapshots are listed by QEMU as they are by us',
  { timeout: 120_000 },
  async () => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'), '4M', 'cluster_size=4k')
    for (let state = 0; state < 200; state++) {
      await engine.createSnapshot(path, { name: `state ${state}`, takenAt: takenAt + state * 1000 })
    }
    const listed = await engine.listSnapshots(path)
    const info = await qemuImgJson<Info>('info', path)
    expect(info.snapshots?.map(({ id, name }) => ({ id, name }))).toEqual(
      listed.map(({ id, name }) => ({ id, name })),
    )
    expect(listed.at(-1)).toMatchObject({ createdAt: takenAt + 199_000, id: '200' })
    // All states are the same: each has but its own L1 table.
    expect(new Set(listed.map(({ usage }) => usage?.exclusiveBytes))).toEqual(new Set([4096]))
    await mustBeClean(path)
  },
)

test('an encrypted disk keeps its content through snapshots that need no passphrase', async () => {
  await using folder = await tempFolder()
  const path = folder.file('encrypted.qcow2')
  const secret = ['--object', 'secret,id=key,data=platter']
  const aes = 'encrypt.format=aes,encrypt.key-secret=key'
  await qemuImg('create', '-q', '-f', 'qcow2', ...secret, '-o', aes, path, '4M')
  const opened = `driver=qcow2,file.filename=${path},encrypt.key-secret=key`
  const io = (command: string) =>
    qemuIoWith({ args: [...secret, '--image-opts', '-c', command] }, opened)
  await io('write -P 5 0 1M')
  await engine.createSnapshot(path, { name: 'five', takenAt })
  await io('write -P 6 0 256k')
  const plan = await engine.planApplySnapshot(path, { snapshot: { name: 'five' } })
  await engine.applySnapshot(path, { plan, keepPresentAs: 'six', takenAt })
  expect(await io('read -P 5 0 1M')).toContain('read 1048576/1048576')
  await qemuImg('check', ...secret, '--image-opts', opened)
})

describe('a plan', () => {
  test('is refused once the image is another one', async () => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'))
    await engine.createSnapshot(path, { name: 'one', takenAt })
    const snapshot = { name: 'one' }
    const applying = await engine.planApplySnapshot(path, { snapshot })
    const deleting = await engine.planDeleteSnapshot(path, { snapshot })
    await qemuIo(path, 'write -P 2 2M 64k')
    const before = await digest(path)
    const outdated = { reason: 'plan-outdated', context: { path } }
    await expect(engine.applySnapshot(path, { plan: applying })).rejects.toMatchObject(outdated)
    await expect(engine.deleteSnapshot(path, { plan: deleting })).rejects.toMatchObject(outdated)
    expect(await digest(path)).toBe(before)
  })

  test('of applying names what only the present state has; keeping it loses nothing', async () => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'))
    await engine.createSnapshot(path, { name: 'then', takenAt })
    await qemuIo(path, 'write -P 3 0 128k')
    const plan = await engine.planApplySnapshot(path, { snapshot: { name: 'then' } })
    expect(plan.lost).toEqual({ dataBytes: 128 * 1024, tableBytes: 64 * 1024 })
    const done = await engine.applySnapshot(path, { plan, keepPresentAs: 'now', takenAt })
    expect(done).toMatchObject({ kept: { name: 'now' }, lost: { dataBytes: 0 } })
    await qemuIo(path, 'read -P 1 0 1M')
    await mustBeClean(path)
    await qemuImg('snapshot', '-a', 'now', path)
    await qemuIo(path, 'read -P 3 0 128k')
  })
})

describe('an image that cannot have its snapshots changed', () => {
  test('is raw', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await qemuImg('create', '-q', '-f', 'raw', path, '1M')
    const refused = { reason: 'snapshots-not-possible', context: { path } }
    await expect(engine.createSnapshot(path, { name: 'x', format: 'raw' })).rejects.toMatchObject(
      refused,
    )
    await expect(engine.listSnapshots(path, { format: 'raw' })).rejects.toMatchObject(refused)
  })

  test('keeps its data in another file', async () => {
    await using folder = await tempFolder()
    const data = folder.file('disk.data')
    const path = await newImage(folder.file('disk.qcow2'), '1M', `data_file=${data}`)
    await expect(engine.createSnapshot(path, { name: 'x' })).rejects.toMatchObject({
      reason: 'snapshots-with-data-file',
    })
    expect(await engine.listSnapshots(path)).toEqual([])
  })

  test('is marked as corrupt', async () => {
    await using folder = await tempFolder()
    const path = await newImage(folder.file('disk.qcow2'))
    await qemuImg('snapshot', '-c', 'x', path)
    await setIncompatible(path, 2)
    const plan = await engine.planDeleteSnapshot(path, { snapshot: { id: '1' } })
    expect(plan.freed).toBeUndefined()
    const refused = engine.deleteSnapshot(path, { plan })
    await expect(refused).rejects.toMatchObject({ reason: 'image-corrupt', context: { path } })
    expect(await engine.listSnapshots(path)).toMatchObject([{ name: 'x', usage: undefined }])
  })
})

test('an image that was not closed properly gets its refcounts counted before its snapshot', async () => {
  await using folder = await tempFolder()
  const path = await newImage(folder.file('disk.qcow2'), '4M', 'lazy_refcounts=on')
  await setIncompatible(path, 1)
  await engine.createSnapshot(path, { name: 'x', takenAt })
  await mustBeClean(path)
  const [listed] = await engine.listSnapshots(path)
  expect(listed?.usage).toBeDefined()
})

/** Sets the incompatible features of a version 3 image to `bits`. */
async function setIncompatible(path: string, bits: number): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(Uint8Array.of(bits), 0, 1, 79)
}
