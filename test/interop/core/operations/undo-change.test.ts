import { readFile, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createEngine, type DoneChange } from '../../../../core/index.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { undoChange } from '../../../../core/operations/undo-change.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const mib = 2 ** 20
const engine = createEngine()

const sizeOf = async (image: string): Promise<number> => (await engine.readInfo(image)).virtualSize

async function grown(image: string, size: number): Promise<DoneChange> {
  const plan = await engine.planResize(image, { size })
  const { before, after } = await engine.resizeImage(image, plan)
  const { format } = plan
  return { kind: 'grow', format, before: before.virtualSize, after: after.virtualSize }
}

describe('undoing a growth', () => {
  it('makes the disk as large as it was, and QEMU finds it clean', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    await qemuIo(image, 'write -P 7 0 1M')
    const change = await grown(image, 64 * mib)
    const plan = await engine.planUndoChange(image, change)
    expect(plan).toMatchObject({ refusal: undefined, action: { kind: 'resize' } })
    await engine.undoChange(image, plan)
    expect(await sizeOf(image)).toBe(16 * mib)
    await qemuIo(image, 'read -P 7 0 1M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('is refused once the guest stored something past the old end', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const change = await grown(image, 64 * mib)
    await qemuIo(image, 'write -P 7 20M 64k')
    const { action, refusal } = await engine.planUndoChange(image, change)
    expect(action).toBeUndefined()
    expect(refusal?.reason).toBe('undo-end-in-use')
    expect(refusal?.explanation.detail).toContain('65536 bytes of data')
  })

  it('is done where zeroes alone were stored there', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const plan = await engine.planResize(image, { size: 32 * mib, preallocation: 'metadata' })
    await engine.resizeImage(image, plan)
    const change = { kind: 'grow', format: 'qcow2', before: 16 * mib, after: 32 * mib } as const
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    expect(await sizeOf(image)).toBe(16 * mib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('is refused when the disk has yet another size', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const change = await grown(image, 64 * mib)
    await qemuImg('resize', '-q', image, '128M')
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.reason).toBe('undo-changed-since')
    expect(refusal?.explanation.detail).toMatch(/134217728 now.*67108864/)
  })

  it('works for a raw disk, too', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.raw')
    await writeFile(image, Buffer.alloc(mib, 5))
    await truncate(image, 4 * mib)
    const change = { kind: 'grow', format: 'raw', before: mib, after: 4 * mib } as const
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    expect((await readFile(image)).equals(Buffer.alloc(mib, 5))).toBe(true)
  })

  it('is refused by carrying it out when the image changed since the plan', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const plan = await engine.planUndoChange(image, await grown(image, 64 * mib))
    await qemuIo(image, 'write -P 7 20M 64k')
    await expect(engine.undoChange(image, plan)).rejects.toMatchObject({ reason: 'plan-outdated' })
    expect(await sizeOf(image)).toBe(64 * mib)
  })
})

describe('undoing other options', () => {
  it.each([
    ['refcounts of 64 bits', { refcountBits: 64 }],
    ['lazy refcounts', { lazyRefcounts: true }],
    ['version 2', { version: 2 }],
  ] as const)('takes %s back', async (_, options) => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    await qemuIo(image, 'write -P 7 0 1M')
    const { plan } = await engine.amendImage(image, options)
    const change = { kind: 'amend', before: plan.before, after: plan.after } as const
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    const now = await engine.planAmend(image, {})
    expect(now.before).toEqual(plan.before)
    await qemuIo(image, 'read -P 7 0 1M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('is refused when somebody changed them again', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const { plan } = await engine.amendImage(image, { refcountBits: 32 })
    await engine.amendImage(image, { refcountBits: 8 })
    const change = { kind: 'amend', before: plan.before, after: plan.after } as const
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.explanation.detail).toContain('refcount width in bits is 8 now')
  })
})

describe('undoing snapshots', () => {
  const marked = ({ id, name, createdAt }: DoneSnapshot) => ({ id, name, createdAt })
  interface DoneSnapshot {
    readonly id: string
    readonly name: string
    readonly createdAt: number
  }

  it('removes one that was taken, as long as the disk reads the same', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    await qemuIo(image, 'write -P 7 0 1M')
    const { snapshot } = await engine.createSnapshot(image, { name: 'one' })
    const change = { kind: 'snapshot-create', snapshot: marked(snapshot) } as const
    const plan = await engine.planUndoChange(image, change)
    await qemuIo(image, 'write -P 8 0 64k')
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.reason).toBe('undo-written-since')
    await expect(engine.undoChange(image, plan)).rejects.toMatchObject({ reason: 'plan-outdated' })
    await qemuImg('snapshot', '-a', 'one', image)
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    expect(await engine.listSnapshots(image)).toEqual([])
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('sees what was only discarded since', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    await qemuIo(image, 'write -P 7 0 1M')
    const { snapshot } = await engine.createSnapshot(image, { name: 'one' })
    await qemuIo(image, 'write -z 0 64k')
    const change = { kind: 'snapshot-create', snapshot: marked(snapshot) } as const
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.reason).toBe('undo-written-since')
  })

  it.each([
    ['alone', false],
    ['and another snapshot keeps it', true],
  ])('sees what was written where the snapshot has nothing, %s', async (_, isKept) => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const { snapshot } = await engine.createSnapshot(image, { name: 'empty' })
    await qemuIo(image, 'write -P 7 0 64k')
    if (isKept) await qemuImg('snapshot', '-c', 'later', image)
    const change = { kind: 'snapshot-create', snapshot: marked(snapshot) } as const
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.reason).toBe('undo-written-since')
  })

  it('gives one its old name back, but not to a later one with its id', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const options = { name: 'one', takenAt: 1_700_000_000_000 }
    const { snapshot: one } = await engine.createSnapshot(image, options)
    const { snapshot } = await engine.renameSnapshot(image, { snapshot: { id: one.id }, name: 'b' })
    const change = { kind: 'snapshot-rename', snapshot: marked(snapshot), oldName: 'one' } as const
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    expect((await engine.listSnapshots(image)).map(({ name }) => name)).toEqual(['one'])
    expect((await engine.planUndoChange(image, change)).refusal?.reason).toBe('undo-changed-since')
    await qemuImg('snapshot', '-d', 'one', image)
    await engine.createSnapshot(image, { name: 'b' })
    expect((await engine.planUndoChange(image, change)).refusal?.reason).toBe('snapshot-missing')
  })

  it('goes back to what was kept when one was applied', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    await qemuIo(image, 'write -P 7 0 1M')
    const { snapshot: old } = await engine.createSnapshot(image, { name: 'old' })
    await qemuIo(image, 'write -P 8 0 1M')
    const plan = await engine.planApplySnapshot(image, { snapshot: { id: old.id } })
    const { kept } = await engine.applySnapshot(image, { plan, keepPresentAs: 'before' })
    if (kept === undefined) throw new Error('the present state should have been kept')
    await qemuIo(image, 'read -P 7 0 1M')
    const change = { kind: 'snapshot-apply', applied: marked(old), kept: marked(kept) } as const
    await engine.undoChange(image, await engine.planUndoChange(image, change))
    await qemuIo(image, 'read -P 8 0 1M')
    expect((await engine.listSnapshots(image)).map(({ name }) => name)).toEqual(['old'])
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('says that the disk is back when only removing the snapshot failed', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const { snapshot: old } = await engine.createSnapshot(image, { name: 'old' })
    await qemuIo(image, 'write -P 8 0 1M')
    const plan = await engine.planApplySnapshot(image, { snapshot: { id: old.id } })
    const { kept } = await engine.applySnapshot(image, { plan, keepPresentAs: 'before' })
    if (kept === undefined) throw new Error('the present state should have been kept')
    const change = { kind: 'snapshot-apply', applied: marked(old), kept: marked(kept) } as const
    let opened = 0
    const host = {
      ...nodeHost,
      async openForWriting(path: string) {
        if (opened++ > 0) throw new ImageError('file-in-use', { path })
        return nodeHost.openForWriting(path)
      },
    }
    const undone = undoChange(host, image, await engine.planUndoChange(image, change))
    const error = await undone.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ reason: 'undo-snapshot-left' })
    await qemuIo(image, 'read -P 8 0 1M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('is refused when the guest wrote after the snapshot was applied', async () => {
    await using folder = await tempFolder('undo-change')
    const image = folder.file('a.qcow2')
    await createQcow2(image, '16M')
    const { snapshot: old } = await engine.createSnapshot(image, { name: 'old' })
    await qemuIo(image, 'write -P 8 0 1M')
    const plan = await engine.planApplySnapshot(image, { snapshot: { id: old.id } })
    const { kept } = await engine.applySnapshot(image, { plan, keepPresentAs: 'before' })
    if (kept === undefined) throw new Error('the present state should have been kept')
    await qemuIo(image, 'write -P 9 8M 64k')
    const change = { kind: 'snapshot-apply', applied: marked(old), kept: marked(kept) } as const
    const { refusal } = await engine.planUndoChange(image, change)
    expect(refusal?.reason).toBe('undo-written-since')
  })
})
