import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotJson } from '../../cli/schemas/snapshot-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const mib = 2 ** 20

let folder: TempFolder
let images = 0

beforeAll(async () => {
  folder = await tempFolder('cli-snapshot')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Content 7 in "monday", 8 in the first half now. */
async function imageWithMonday(): Promise<string> {
  const image = folder.file(`${images++}.qcow2`)
  await createQcow2(image, '64M')
  await qemuIo(image, 'write -P 7 0 4M')
  await qemuImg('snapshot', '-c', 'monday', image)
  await qemuIo(image, 'write -P 8 0 2M')
  return image
}

interface QemuInfo {
  readonly snapshots?: readonly { readonly id: string; readonly name: string }[]
}
const snapshotsOf = async (image: string): Promise<readonly string[]> =>
  ((await qemuImgJson<QemuInfo>('info', image)).snapshots ?? []).map(({ name }) => name)

const jsonOf = async (...words: string[]) => {
  const { exitCode, stdout } = await platter(['snapshot', '--json', ...words])
  expect(exitCode).toBe(0)
  return snapshotJson.parse(JSON.parse(stdout))
}

describe('snapshot', () => {
  it('lists what QEMU took, with what each takes alone', async () => {
    const image = await imageWithMonday()
    const { exitCode, stdout } = await platter(['snapshot', image])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/ID +NAME +TAKEN +VM STATE +DISK +ALONE +SHARED/)
    expect(stdout).toMatch(/1 +monday +20\d\d-.* UTC +- +64 MiB/)
    const listed = await jsonOf(image, 'list')
    expect(listed).toMatchObject({
      action: 'list',
      snapshots: [{ id: '1', name: 'monday', diskSize: 64 * mib, vmStateSize: 0 }],
    })
    if (listed.action !== 'list') throw new Error('this should be a list')
    expect(listed.snapshots[0]?.usage?.exclusiveBytes).toBeGreaterThanOrEqual(2 * mib)
    expect((await platter(['snapshot', await emptyImage()])).stdout).toContain('no snapshots')
  })

  it('creates one that QEMU goes back to', async () => {
    const image = await imageWithMonday()
    expect(await jsonOf(image, 'create', 'tuesday')).toMatchObject({ snapshot: { id: '2' } })
    await qemuIo(image, 'write -P 9 0 4M')
    await qemuImg('snapshot', '-a', 'tuesday', image)
    await qemuIo(image, 'read -P 8 0 2M', 'read -P 7 2M 2M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('puts one back that was deleted and kept, and says before as what', async () => {
    const image = await imageWithMonday()
    const kept = `${image}.kept`
    await jsonOf(image, 'delete', 'monday', '--keep', kept)
    expect(await snapshotsOf(image)).toEqual([])
    const planned = await jsonOf(image, 'restore', kept, '--dry-run')
    expect(planned).toMatchObject({ action: 'restore', plan: { kept: { content: 'own' } } })
    expect(planned).not.toHaveProperty('result')
    expect(await jsonOf(image, 'restore', kept)).toMatchObject({
      action: 'restore',
      result: { virtualSize: 64 * mib, snapshot: { id: '1', name: 'monday' } },
    })
    await qemuImg('snapshot', '-a', 'monday', image)
    await qemuIo(image, 'read -P 7 0 4M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('says with --dry-run what applying would lose, then loses that', async () => {
    const image = await imageWithMonday()
    const before = readFileSync(image)
    const { stdout } = await platter(['snapshot', image, 'apply', 'monday', '--dry-run'])
    expect(stdout).toMatch(/Would lose +2 MiB of data/)
    expect(stdout).toContain('--take NAME')
    expect(readFileSync(image).equals(before)).toBe(true)
    const applied = await jsonOf(image, 'apply', 'monday')
    expect(applied).toMatchObject({ result: { lost: { dataBytes: 2 * mib } } })
    await qemuIo(image, 'read -P 7 0 4M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('keeps the present state with --take, in the same step', async () => {
    const image = await imageWithMonday()
    const words = ['snapshot', image, 'apply', 'monday', '--take', 'before monday']
    const { exitCode, stdout } = await platter(words)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('what was there before is snapshot "before monday" (id 2)')
    await qemuIo(image, 'read -P 7 0 4M')
    await qemuImg('snapshot', '-a', 'before monday', image)
    await qemuIo(image, 'read -P 8 0 2M')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('deletes by name, by id where no name is that, and by --id', async () => {
    const image = await imageWithMonday()
    await qemuImg('snapshot', '-c', '1', image)
    await platter(['snapshot', image, 'delete', '1'])
    expect(await snapshotsOf(image)).toEqual(['monday'])
    await platter(['snapshot', image, 'create', '1'])
    await platter(['snapshot', image, 'delete', '1', '--id'])
    expect(await snapshotsOf(image)).toEqual(['1'])
    const planned = await jsonOf(image, 'delete', '1', '--dry-run')
    expect(planned).toMatchObject({ action: 'delete', plan: { snapshot: { name: '1' } } })
    expect(await snapshotsOf(image)).toEqual(['1'])
    const { exitCode, stdout } = await platter(['snapshot', image, 'delete', '1'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Freed +/)
    expect(await snapshotsOf(image)).toEqual([])
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('renames', async () => {
    const image = await imageWithMonday()
    const renamed = await jsonOf(image, 'rename', 'monday', 'Montag')
    expect(renamed).toMatchObject({ oldName: 'monday', snapshot: { name: 'Montag' } })
    expect(await snapshotsOf(image)).toEqual(['Montag'])
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it.each([
    ['an action that does not exist', ['show'], 64, 'is no action'],
    ['no name', ['apply'], 64, 'needs the name'],
    ['a name that is not there', ['apply', 'sunday'], 1, 'no such snapshot'],
    ['a name that is taken', ['create', 'monday'], 1, 'already'],
    ['an empty name', ['create', ''], 1, 'Nothing was changed'],
  ])('is refused for %s, and changes nothing', async (_, words, code, sentence) => {
    const image = await imageWithMonday()
    const before = readFileSync(image)
    const { exitCode, stdout, stderr } = await platter(['snapshot', image, ...words])
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(readFileSync(image).equals(before)).toBe(true)
  })

  it('can look at an image that is in use, but not change it', async () => {
    const image = await imageWithMonday()
    await using _writer = await nodeHost.openForWriting(image)
    expect((await platter(['snapshot', image])).exitCode).toBe(0)
    expect((await platter(['snapshot', image, 'delete', 'monday'])).exitCode).toBe(75)
  })
})

async function emptyImage(): Promise<string> {
  const image = folder.file(`${images++}.qcow2`)
  await createQcow2(image, '1M')
  return image
}
