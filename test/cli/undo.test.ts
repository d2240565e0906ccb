import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { undoJson } from '../../cli/schemas/undo-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { openRecords } from '../../main/headless.ts'
import { copied, Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuCheck, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter, type PlatterRun } from './run-platter.ts'

let folder: TempFolder
let folders = 0

beforeAll(async () => {
  folder = await tempFolder('cli-undo')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** A folder with a history of its own. */
interface Place {
  readonly path: string
  readonly run: (...words: string[]) => Promise<PlatterRun>
  readonly list: (image: string) => Promise<readonly Entry[]>
}
interface Entry {
  readonly id: string
  readonly kind: string
  readonly possible: boolean
  readonly refusal?: { readonly reason: string } | undefined
}

async function place(): Promise<Place> {
  const path = folder.file(`${folders++}`)
  await mkdir(path)
  const env = { PLATTER_DATA: `${path}/data`, PLATTER_LOGS: `${path}/data` }
  const run = (...words: string[]) => platter(words, { cwd: path, env })
  return {
    path,
    run,
    async list(image) {
      const { exitCode, stdout } = await run('undo', '--json', image)
      expect(exitCode).toBe(0)
      const answer = undoJson.parse(JSON.parse(stdout))
      if (answer.action !== 'list') throw new Error('this should be a list')
      return answer.undoables
    },
  }
}

const miscounted = (): Qcow2Builder =>
  new Qcow2Builder()
    .data(0)
    .leak(2)
    .l2Entry(0, (entry) => entry & ~copied)

const sizeOf = async (image: string): Promise<number> =>
  (await qemuImgJson<{ readonly 'virtual-size': number }>('info', image))['virtual-size']

describe('undo of a repair', () => {
  it('is listed and makes the image what it was, byte for byte, without any history', async () => {
    const { path, run, list } = await place()
    const builder = miscounted()
    await builder.writeTo(`${path}/a.qcow2`)
    expect((await run('repair', '--no-history', 'a.qcow2')).exitCode).toBe(0)
    expect(await list('a.qcow2')).toMatchObject([{ id: 'repair-1', possible: true }])
    const repaired = readFileSync(`${path}/a.qcow2`)
    const looked = await run('undo', 'a.qcow2', 'repair-1')
    expect(looked.stdout).toMatch(/can be undone: repair[\s\S]*Nothing was changed\./)
    expect(readFileSync(`${path}/a.qcow2`).equals(repaired)).toBe(true)
    const { exitCode, stdout } = await run('undo', 'a.qcow2', '--apply')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('undone: repair')
    expect(readFileSync(`${path}/a.qcow2`).equals(builder.bytes)).toBe(true)
    const again = await run('undo', 'a.qcow2', '--apply')
    expect(again).toMatchObject({ exitCode: 1, stdout: '' })
    expect(again.stderr).toContain('There is nothing to undo for a.qcow2')
  })

  it('is refused once somebody wrote there, and says why', async () => {
    const { path, run, list } = await place()
    await miscounted().writeTo(`${path}/a.qcow2`)
    await run('repair', 'a.qcow2')
    await qemuIo(`${path}/a.qcow2`, 'write 8k 4k')
    const before = readFileSync(`${path}/a.qcow2`)
    expect(await list('a.qcow2')).toMatchObject([
      { id: 'repair-1', possible: false, refusal: { reason: 'undo-other-image' } },
    ])
    const { stdout } = await run('undo', 'a.qcow2')
    expect(stdout).toMatch(/repair-1 cannot: .* changed since/)
    const { exitCode, stderr } = await run('undo', 'a.qcow2', 'repair-1', '--apply')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Nothing was changed.')
    expect(readFileSync(`${path}/a.qcow2`).equals(before)).toBe(true)
  })

  it('takes a safety copy from elsewhere', async () => {
    const { path, run } = await place()
    const builder = miscounted()
    await builder.writeTo(`${path}/a.qcow2`)
    await run('repair', 'a.qcow2')
    renameSync(`${path}/a.qcow2.repair-undo-1`, `${path}/kept`)
    expect((await run('undo', 'a.qcow2', '--apply')).exitCode).toBe(1)
    const { exitCode } = await run('undo', 'a.qcow2', '--copy', 'kept', '--apply')
    expect(exitCode).toBe(0)
    expect(readFileSync(`${path}/a.qcow2`).equals(builder.bytes)).toBe(true)
  })

  it('knows from the history where a safety copy was put', async () => {
    const { path, run, list } = await place()
    const builder = miscounted()
    await builder.writeTo(`${path}/a.qcow2`)
    await mkdir(`${path}/copies`)
    await run('repair', 'a.qcow2', '--safety-copy-folder', 'copies')
    expect(await list('a.qcow2')).toMatchObject([{ kind: 'repair', possible: true }])
    expect((await run('undo', 'a.qcow2', '--apply')).exitCode).toBe(0)
    expect(readFileSync(`${path}/a.qcow2`).equals(builder.bytes)).toBe(true)
    expect(await list('a.qcow2')).toEqual([])
  })

  it('knows a repair by the number of the history, too, and leaves it on record as undone', async () => {
    const { path, run, list } = await place()
    const builder = miscounted()
    await builder.writeTo(`${path}/a.qcow2`)
    await run('repair', 'a.qcow2')
    expect(await list('a.qcow2')).toMatchObject([{ id: 'repair-1', possible: true }])
    expect((await run('undo', 'a.qcow2', '1', '--apply')).exitCode).toBe(0)
    expect(readFileSync(`${path}/a.qcow2`).equals(builder.bytes)).toBe(true)
    using records = openRecords(`${path}/data`)
    expect(records.find('1')).toMatchObject({ request: { kind: 'repair' }, undo: 'done' })
  })

  it('takes the later of two first, and then the earlier', async () => {
    const { path, run, list } = await place()
    const builder = miscounted().data(1)
    builder.l2Entry(1, () => copied | 0x1200n)
    await builder.writeTo(`${path}/a.qcow2`)
    await run('repair', 'a.qcow2')
    await run('repair', 'a.qcow2', '--allow', 'unmap-unaligned')
    expect((await list('a.qcow2')).filter(({ possible }) => possible)).toMatchObject([
      { id: 'repair-2' },
    ])
    await run('undo', 'a.qcow2', '--apply')
    await run('undo', 'a.qcow2', '--apply')
    expect(readFileSync(`${path}/a.qcow2`).equals(builder.bytes)).toBe(true)
  })
})

describe('undo of other changes', () => {
  it('makes a disk that grew as large as it was, and is then done', async () => {
    const { path, run, list } = await place()
    await createQcow2(`${path}/a.qcow2`, '16M')
    await qemuIo(`${path}/a.qcow2`, 'write -P 7 0 1M')
    await run('resize', 'a.qcow2', '+48M')
    expect(await list('a.qcow2')).toMatchObject([{ kind: 'grow', possible: true }])
    const { exitCode, stdout } = await run('undo', 'a.qcow2', '--apply')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Returned +a disk of 16 MiB/)
    expect(await sizeOf(`${path}/a.qcow2`)).toBe(16 * 2 ** 20)
    await qemuIo(`${path}/a.qcow2`, 'read -P 7 0 1M')
    expect((await qemuCheck(`${path}/a.qcow2`)).exitCode).toBe(0)
    expect(await list('a.qcow2')).toEqual([])
    expect((await run('history')).stdout).toContain('Undone: grew from 16 MiB to 64 MiB')
  })

  it('is refused when the new space is used', async () => {
    const { path, run } = await place()
    await createQcow2(`${path}/a.qcow2`, '16M')
    await run('resize', 'a.qcow2', '64M')
    await qemuIo(`${path}/a.qcow2`, 'write 32M 64k')
    const { exitCode, stderr } = await run('undo', 'a.qcow2', '--apply')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/uses its new space[\s\S]*65536 bytes of data[\s\S]*Nothing was changed/)
    expect(await sizeOf(`${path}/a.qcow2`)).toBe(64 * 2 ** 20)
  })

  it('gives options, names and states of snapshots back, by id and newest first', async () => {
    const { path, run, list } = await place()
    await createQcow2(`${path}/a.qcow2`, '16M')
    await qemuIo(`${path}/a.qcow2`, 'write -P 7 0 1M')
    await run('amend', 'a.qcow2', '--refcount-bits', '64')
    await run('snapshot', 'a.qcow2', 'create', 'one')
    await qemuIo(`${path}/a.qcow2`, 'write -P 8 0 1M')
    await run('snapshot', 'a.qcow2', 'apply', 'one', '--take', 'two')
    await run('snapshot', 'a.qcow2', 'rename', 'one', 'first')
    const listed = await list('a.qcow2')
    expect(listed.map(({ kind, possible }) => [kind, possible])).toEqual([
      ['snapshot-rename', true],
      ['snapshot-apply', false],
      ['snapshot-create', false],
      ['amend', true],
    ])
    const amended = listed.find(({ kind }) => kind === 'amend')?.id ?? ''
    expect((await run('undo', 'a.qcow2', amended, '--apply')).exitCode).toBe(0)
    expect((await run('undo', 'a.qcow2', '--apply')).stdout).toContain('the name "one"')
    expect((await run('undo', 'a.qcow2', '--apply')).stdout).toContain('kept as "two"')
    await qemuIo(`${path}/a.qcow2`, 'read -P 8 0 1M')
    const info = await qemuImgJson<object>('info', `${path}/a.qcow2`)
    expect(info).toMatchObject({
      snapshots: [{ name: 'one' }],
      'format-specific': { data: { 'refcount-bits': 16 } },
    })
    expect((await qemuCheck(`${path}/a.qcow2`)).exitCode).toBe(0)
  })

  it('is refused while somebody has the image open, repairs and growing alike', async () => {
    const { path, run, list } = await place()
    await miscounted().writeTo(`${path}/a.qcow2`)
    await run('repair', 'a.qcow2')
    await run('resize', 'a.qcow2', '+1M')
    const before = readFileSync(`${path}/a.qcow2`)
    {
      await using _writer = await nodeHost.openForWriting(`${path}/a.qcow2`)
      expect((await list('a.qcow2')).map(({ refusal }) => refusal?.reason)).toEqual([
        'file-in-use',
        'file-in-use',
      ])
      const { exitCode, stderr } = await run('undo', 'a.qcow2', '--apply')
      expect(exitCode).toBe(75)
      expect(stderr).toContain('a.qcow2 is in use')
    }
    expect(readFileSync(`${path}/a.qcow2`).equals(before)).toBe(true)
  })

  it('forgets what was done to a file that had the name before', async () => {
    const { run, list } = await place()
    await run('create', 'a.qcow2', '16M')
    await run('resize', 'a.qcow2', '32M')
    await run('create', '--overwrite', 'a.qcow2', '32M')
    expect(await list('a.qcow2')).toEqual([])
  })
})

describe('undo is refused', () => {
  it.each([
    ['for a file that is not there', ['none.qcow2'], 1, 'is not there'],
    ['for an id that does not exist', ['a.qcow2', '99', '--apply'], 1, 'id “99”'],
    ['for an id beside a safety copy', ['a.qcow2', '1', '--copy', 'b'], 64, '--copy'],
    ['for what is no safety copy', ['a.qcow2', '--copy', 'note'], 1, 'no safety copy'],
  ])('%s', async (_, words, code, sentence) => {
    const { path, run } = await place()
    await createQcow2(`${path}/a.qcow2`, '1M')
    writeFileSync(`${path}/note`, 'something else')
    const { exitCode, stdout, stderr } = await run('undo', ...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(sentence)
  })

  it('but lists repairs when the history cannot be read', async () => {
    const { path, run } = await place()
    await miscounted().writeTo(`${path}/a.qcow2`)
    await run('repair', '--no-history', 'a.qcow2')
    writeFileSync(`${path}/data`, 'no folder')
    const { exitCode, stdout } = await run('undo', 'a.qcow2')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/repair-1[\s\S]*Only repairs are listed/)
  })
})
