import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import {
  differences,
  digestStates,
  type StateDigest,
} from '../../../../core/operations/content-proof.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { CountingFile } from '../../../../core/storage/counting-file.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const mebibyte = 2 ** 20

async function proved(path: string) {
  await using file = new CountingFile(await nodeHost.openFile(path))
  const reports: number[] = []
  const digests = await digestStates(
    nodeHost,
    {
      file,
      area: readHeaderArea(file),
      codecs: nodeHost.codecs,
      dataFile: undefined,
      backing: undefined,
    },
    {
      phase: 'proof',
      onProgress: ({ phase, done, total }) => reports.push(phase === 'proof' ? done / total : -1),
    },
  )
  return { digests, reports, dataRead: file.countOf('data').bytes }
}

describe('the digests of all states', () => {
  test('are those of hashing each, and what is the same is read once', async () => {
    await using folder = await tempFolder()
    const path = folder.file('twins.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 1 0 8M')
    for (const name of ['one', 'two', 'three']) await qemuImg('snapshot', '-c', name, path)
    const content = (await engine.hashImage(path)).digest
    const { digests, reports, dataRead } = await proved(path)
    expect(digests.map(({ snapshot }) => snapshot?.name)).toEqual([
      undefined,
      'one',
      'two',
      'three',
    ])
    expect(new Set(digests.map(({ sha256 }) => sha256))).toEqual(new Set([content]))
    expect(dataRead).toBe(8 * mebibyte)
    expect(reports).toEqual(reports.toSorted((a, b) => a - b))
    expect(reports.at(-1)).toBe(1)
  })

  test('differ where a snapshot has another size, with the same tables', async () => {
    await using folder = await tempFolder()
    const path = folder.file('grown.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 1 0 1M')
    await qemuImg('snapshot', '-c', 'small', path)
    await qemuImg('resize', '-q', path, '32M')
    const { digests } = await proved(path)
    expect(digests.map(({ bytes }) => bytes)).toEqual([32 * mebibyte, 16 * mebibyte])
    expect(digests[0]?.sha256).not.toBe(digests[1]?.sha256)
  })
})

describe('what differs', () => {
  const state = (name: string | undefined, change: Partial<StateDigest> = {}): StateDigest => ({
    snapshot: name === undefined ? undefined : { id: '1', name },
    sha256: 'a',
    bytes: 512,
    vmStateSha256: undefined,
    ...change,
  })
  const before = [state(undefined), state('monday')]

  test.each([
    { now: before, names: [] },
    { now: [state(undefined, { sha256: 'b' }), state('monday')], names: ['the present state'] },
    { now: [state(undefined), state('tuesday')], names: ['the snapshot "monday"'] },
    { now: [state(undefined)], names: ['the snapshot "monday"'] },
    { now: [...before, state('new')], names: ['the snapshot "new"'] },
    {
      now: [state(undefined), state('monday', { vmStateSha256: 'c' })],
      names: ['the snapshot "monday"'],
    },
    {
      now: [state(undefined, { bytes: 1024 }), state('monday', { bytes: 0 })],
      names: ['the present state', 'the snapshot "monday"'],
    },
  ])('is told by name: $names', ({ now, names }) => {
    expect(differences(before, now)).toEqual(names)
  })
})
