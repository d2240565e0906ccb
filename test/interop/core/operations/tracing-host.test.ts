import { copyFile, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import type { FileAccess } from '../../../../core/storage/file-access.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { TracedWritableFile } from '../../../../core/storage/traced-writable-file.ts'
import { createQcow2, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

let folder: TempFolder
let image: string

beforeAll(async () => {
  folder = await tempFolder('tracing-host')
  const base = folder.file('base.qcow2')
  await createQcow2(base, '16M')
  await qemuIo(base, 'write -P 3 0 2M')
  image = folder.file('image.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', image)
  await qemuIo(image, 'write -c -P 5 4M 64k', 'write -P 7 6M 4M', 'write -P 0 10M 1M')
  await qemuIo(image, 'discard 6M 1M')
})
afterAll(() => folder[Symbol.asyncDispose]())

function tracing() {
  const accesses: FileAccess[] = []
  return { engine: createEngine({ trace: (access) => accesses.push(access) }), accesses }
}

const actionsOf = (accesses: readonly FileAccess[]) => new Set(accesses.map(({ action }) => action))

it('answers as without a trace, and tells what every read was for', async () => {
  const { engine, accesses } = tracing()
  const plain = createEngine()
  expect(await engine.hashImage(image)).toEqual(await plain.hashImage(image))
  expect(await engine.checkImage(image)).toEqual(await plain.checkImage(image))
  const tags = new Set(accesses.map(({ tag }) => tag))
  for (const tag of ['header', 'l1-table', 'l2-table', 'refcount-table', 'data', 'compressed']) {
    expect(tags).toContain(tag)
  }
  expect(actionsOf(accesses)).toEqual(new Set(['hold', 'read', 'read-use', 'close']))
  const files = new Set(accesses.map(({ file }) => file))
  expect(files).toEqual(new Set([image, folder.file('base.qcow2')]))
  for (const { length } of accesses.filter(({ action }) => action === 'read')) {
    expect(length).toBeGreaterThan(0)
  }
})

it('changes an image to the very bytes, with every write and flush told', async () => {
  const [plain, traced] = [folder.file('plain.qcow2'), folder.file('traced.qcow2')]
  await copyFile(image, plain)
  await copyFile(image, traced)
  const { engine, accesses } = tracing()
  for (const [each, path] of [
    [createEngine(), plain],
    [engine, traced],
  ] as const) {
    await each.compactImage(path, await each.planCompact(path), { mode: 'in-place' })
  }
  expect((await readFile(traced)).equals(await readFile(plain))).toBe(true)
  const actions = actionsOf(accesses)
  for (const action of ['hold-writing', 'write', 'flush', 'truncate', 'close'] as const) {
    expect(actions).toContain(action)
  }
})

it('still tells who has a file open', async () => {
  await using _vm = await qemuSession(image)
  const { engine, accesses } = tracing()
  expect(await engine.readUse(image)).toMatchObject({ state: 'writing' })
  expect(accesses.map(({ action }) => action)).toEqual(['open', 'read-use', 'close'])
})

it('tells why an access failed', async () => {
  const { engine, accesses } = tracing()
  const missing = folder.file('missing.qcow2')
  await expect(engine.readInfo(missing)).rejects.toMatchObject({ reason: 'file-missing' })
  expect(accesses).toMatchObject([{ action: 'open', file: missing, failure: 'file-missing' }])
})

it('hands writes on in the turn they were asked for, so that they can be gathered', async () => {
  class OrderedFile extends MemoryFile {
    readonly begun: number[] = []
    override write(from: Uint8Array, at: number): Promise<void> {
      this.begun.push(at)
      return super.write(from, at)
    }
  }
  const file = new OrderedFile({ size: 0 })
  const traced = new TracedWritableFile(file, () => undefined)
  const writes = [0, 512, 1024].map((at) => traced.write(new Uint8Array(512), at, 'data'))
  expect(file.begun).toEqual([0, 512, 1024])
  await Promise.all(writes)
})
