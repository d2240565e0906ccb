import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { lookAtManyFiles, type ManyFilesRequest } from '../../../main/files/many-files.ts'
import { tempFolder, type TempFolder } from '../../helpers/temp-folder.ts'
import { libraryRow } from '../../renderer/library-rows.ts'

let target: TempFolder

beforeAll(async () => {
  target = await tempFolder('many-files')
})
afterAll(async () => {
  await target[Symbol.asyncDispose]()
})

const look = (request: ManyFilesRequest, ...rows: readonly LibraryRow[]) =>
  lookAtManyFiles(
    {
      row: (id) => rows.find((row) => row.id === id),
      childrenOf: (id) => rows.filter(({ parentId }) => parentId === id),
      admit: (file) => Promise.resolve(file),
    },
    request,
    rows,
  )

const trash: ManyFilesRequest = { kind: 'trash', parameters: {} }
const move = (): ManyFilesRequest => ({ kind: 'move', parameters: { folder: target.path } })
const holders = [{ pid: 7, name: 'qemu-system-x86', vm: 'web01' }]
const usedBy = [{ source: 'libvirt', vm: 'mail', config: '/etc/libvirt/qemu/mail.xml' }] as const
const dataFile = (name: string) => ({ dataFile: { name, state: 'present' as const } })

describe('what stands against many files being moved or thrown away', () => {
  it.each([
    ['writing', { use: { state: 'writing', holders } }, { kind: 'in-use', holder: 'web01' }],
    ['reading', { use: { state: 'reading', holders: [] } }, { kind: 'in-use' }],
    ['the content of another', { dataFileOf: [1] }, { kind: 'data-file-of', name: 'a.qcow2' }],
  ] as const)('is for both kinds: %s', async (_what, given, reason) => {
    const row = libraryRow({ id: 1, name: 'a.qcow2', ...given })
    for (const request of [trash, move()]) {
      expect(await look(request, row)).toMatchObject({
        included: [],
        skipped: [{ imageId: 1, reason }],
      })
    }
  })

  it('is a machine for the Trash, and only worth a word for a move', async () => {
    const row = libraryRow({ id: 1, usedBy: [...usedBy] })
    expect((await look(trash, row)).skipped).toEqual([
      { imageId: 1, reason: { kind: 'vm', vm: 'mail' } },
    ])
    expect((await look(move(), row)).included).toMatchObject([{ note: { kind: 'vm', vm: 'mail' } }])
  })

  it('is a data file beside it for a move, unless its name leads there from anywhere', async () => {
    const beside = libraryRow({ id: 1, name: 'one.qcow2', ...dataFile('one.data') })
    const far = libraryRow({ id: 2, name: 'two.qcow2', ...dataFile('/data/two.data') })
    const { included, skipped } = await look(move(), beside, far)
    expect(included).toMatchObject([{ row: { id: 2 } }])
    expect(skipped).toEqual([{ imageId: 1, reason: { kind: 'keeps-data-beside' } }])
  })

  it('is in a chain of any length that its overlays go first', async () => {
    const chain = [1, 2, 3].map((id) =>
      libraryRow({ id, name: `${id}.qcow2`, ...(id > 1 && { parentId: id - 1 }) }),
    )
    const { included, skipped } = await look(trash, ...chain)
    expect(included.map(({ row }) => row.id)).toEqual([3, 2, 1])
    expect(skipped).toEqual([])
  })

  it('keeps a whole chain below an overlay that stays', async () => {
    const chain = [1, 2, 3].map((id) =>
      libraryRow({
        id,
        ...(id > 1 && { parentId: id - 1 }),
        ...(id === 3 && { usedBy: [...usedBy] }),
      }),
    )
    const { included, skipped } = await look(trash, ...chain)
    expect(included).toEqual([])
    expect(skipped.map(({ imageId, reason }) => [imageId, reason.kind])).toEqual([
      [3, 'vm'],
      [1, 'overlays-stay'],
      [2, 'overlays-stay'],
    ])
  })
})
