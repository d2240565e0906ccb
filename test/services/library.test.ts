import { link, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { covers } from '../../main/images/catalog.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const choice = (path: string, more: { recursive?: boolean; watched?: boolean } = {}) => ({
  path,
  recursive: true,
  watched: false,
  ...more,
})

async function addAndScan(
  { library }: Workbench,
  ...given: Parameters<typeof choice>
): Promise<number> {
  const id = await library.addFolder(choice(...given))
  await library.scan(id)
  return id
}

const rowOf = ({ library }: Workbench, path: string): LibraryRow | undefined =>
  library.rows().find((row) => row.path === path)

const names = ({ library }: Workbench): readonly string[] =>
  library
    .rows()
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b))

async function images(folder: TempFolder, ...paths: readonly string[]): Promise<void> {
  for (const file of paths) {
    await mkdir(folder.file('vm', file, '..'), { recursive: true })
    await writeFile(folder.file('vm', file), 'clean')
  }
}

/** How often this thread comes to answer somebody else. */
function countTurns(): { stop(): Promise<number> } {
  const stopping = new AbortController()
  const counting = (async () => {
    let count = 0
    for (; !stopping.signal.aborted; count++) await turn()
    return count
  })()
  return {
    stop: () => {
      stopping.abort()
      return counting
    },
  }
}

describe('a scan', () => {
  test('finds images in all folders below, and shows what cannot be read as a row with its reason', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'deep/er/b.qcow2', 'notes.txt')
    await writeFile(folder.file('vm', 'broken.qcow2'), 'refused')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'))
    expect(names(bench)).toEqual(['a.qcow2', 'b.qcow2', 'broken.qcow2'])
    expect(rowOf(bench, folder.file('vm', 'broken.qcow2'))).toMatchObject({
      health: 'cannot-read',
      error: { reason: 'unknown-format' },
    })
    expect(bench.library.folders()).toMatchObject([{ imageCount: 3, scanning: false }])
  })

  test('finds an image under any name by its first bytes', async () => {
    await using folder = await tempFolder()
    await mkdir(folder.file('vm'))
    await writeFile(folder.file('vm', 'disk0'), 'clean'.padEnd(70_000))
    await writeFile(folder.file('vm', 'small'), 'clean')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'))
    expect(names(bench)).toEqual(['disk0'])
  })

  test('stays in its folder when it is not to recurse', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'deep/b.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'), { recursive: false })
    expect(names(bench)).toEqual(['a.qcow2'])
  })

  test('ends in spite of links that lead in circles', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await symlink(folder.file('vm'), folder.file('vm', 'loop'))
    await symlink(folder.file('vm', 'self.qcow2'), folder.file('vm', 'self.qcow2'))
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'))
    expect(names(bench)).toEqual(['a.qcow2'])
  })

  test('shows a file with two names once', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await link(folder.file('vm', 'a.qcow2'), folder.file('vm', 'b.qcow2'))
    await using bench = openWorkbench(folder.file('data'))
    const id = await addAndScan(bench, folder.file('vm'))
    const before = bench.library.rows()
    await bench.library.scan(id)
    expect(before).toHaveLength(1)
    expect(bench.library.rows()).toEqual(before)
  })

  test('does not double rows when folders overlap, and counts each in the innermost', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'deep/b.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const outer = await addAndScan(bench, folder.file('vm'))
    const inner = await addAndScan(bench, folder.file('vm', 'deep'))
    expect(names(bench)).toEqual(['a.qcow2', 'b.qcow2'])
    expect(rowOf(bench, folder.file('vm', 'deep', 'b.qcow2'))?.folderId).toBe(inner)
    bench.library.removeFolder(inner)
    expect(rowOf(bench, folder.file('vm', 'deep', 'b.qcow2'))?.folderId).toBe(outer)
    bench.library.removeFolder(outer)
    expect(names(bench)).toEqual([])
  })

  test('of a folder that is gone says so and keeps the rows as missing', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const id = await addAndScan(bench, folder.file('vm'))
    await rename(folder.file('vm'), folder.file('elsewhere'))
    await bench.library.scan(id)
    expect(bench.library.folders()).toMatchObject([{ error: { reason: 'file-missing' } }])
    expect(rowOf(bench, folder.file('vm', 'a.qcow2'))?.missingSince).toBeTypeOf('number')
    await rename(folder.file('elsewhere'), folder.file('vm'))
    await bench.library.scan(id)
    expect(bench.library.folders()[0]).not.toHaveProperty('error')
    expect(rowOf(bench, folder.file('vm', 'a.qcow2'))?.missingSince).toBeUndefined()
  })

  test('of ten thousand files streams in and writes nothing when it finds the same again', async () => {
    await using folder = await tempFolder()
    await mkdir(folder.file('vm'))
    const files = Array.from({ length: 10_000 }, (_, index) => folder.file('vm', `${index}.qcow2`))
    for (let at = 0; at < files.length; at += 500) {
      await Promise.all(files.slice(at, at + 500).map((file) => writeFile(file, 'clean')))
    }
    await using bench = openWorkbench(folder.file('data'))
    const sizes = new Set<number>()
    const stop = bench.library.changes.listen(({ type }) => {
      if (type === 'folders') sizes.add(bench.library.folders()[0]?.imageCount ?? 0)
    })
    // Between the portions the thread that answers windows must get its turns.
    const turns = countTurns()
    const id = await addAndScan(bench, folder.file('vm'))
    const turnCount = await turns.stop()
    stop()
    expect(bench.library.rows()).toHaveLength(10_000)
    expect(sizes.size).toBeGreaterThan(10)
    expect(turnCount).toBeGreaterThan(100)

    const changed: number[] = []
    bench.library.changes.listen((change) => {
      if (change.type === 'row') changed.push(change.id)
    })
    await bench.library.scan(id)
    expect(changed).toEqual([])
  }, 60_000)
})

describe('a row', () => {
  test('follows its file when it is renamed, with its history', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'other.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const id = await addAndScan(bench, folder.file('vm'))
    const before = rowOf(bench, folder.file('vm', 'a.qcow2'))
    await mkdir(folder.file('vm', 'deep'))
    await rename(folder.file('vm', 'a.qcow2'), folder.file('vm', 'deep', 'z.qcow2'))
    await bench.library.scan(id)
    expect(rowOf(bench, folder.file('vm', 'deep', 'z.qcow2'))?.id).toBe(before?.id)
    expect(bench.library.rows()).toHaveLength(2)
  })

  test('stays when its file is replaced in place', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const id = await addAndScan(bench, folder.file('vm'))
    const before = rowOf(bench, folder.file('vm', 'a.qcow2'))
    await writeFile(folder.file('vm', 'beside'), 'leaks and more')
    await rename(folder.file('vm', 'beside'), folder.file('vm', 'a.qcow2'))
    await bench.library.scan(id)
    expect(rowOf(bench, folder.file('vm', 'a.qcow2'))).toMatchObject({
      id: before?.id,
      fileLength: 14,
    })
  })

  test('is found again at once by a job after its file was renamed over another', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'b.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'))
    const b = rowOf(bench, folder.file('vm', 'b.qcow2'))
    bench.library.setLinksTrusted(b?.id ?? 0, true)
    const a = rowOf(bench, folder.file('vm', 'a.qcow2'))
    await rename(folder.file('vm', 'b.qcow2'), folder.file('vm', 'a.qcow2'))
    // Both rows have a past, or could have: b is here now, and a's file is no more.
    await expect(bench.library.locate(a?.id ?? 0)).rejects.toMatchObject({ reason: 'file-missing' })
    expect(bench.library.row(b?.id ?? 0)?.path).toBe(folder.file('vm', 'a.qcow2'))
  })

  test('of a removed image comes back with its trust and its past when it is added again', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const [id = 0] = await bench.library.addPaths([folder.file('vm', 'a.qcow2')])
    bench.library.setLinksTrusted(id, true)
    bench.library.removeImages([id])
    expect(bench.library.rows()).toEqual([])
    expect(await bench.library.addPaths([folder.file('vm', 'a.qcow2')])).toEqual([id])
    expect(bench.library.row(id)?.linksTrusted).toBe(true)
  })

  test('survives a restart as it was', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await writeFile(folder.file('vm', 'broken.qcow2'), 'refused')
    let before: readonly LibraryRow[]
    {
      await using bench = openWorkbench(folder.file('data'))
      await addAndScan(bench, folder.file('vm'))
      before = bench.library.rows()
    }
    await using bench = openWorkbench(folder.file('data'))
    expect(bench.library.rows()).toEqual(
      before.map((row) => Object.assign(row, { use: { state: 'unknown', holders: [] } })),
    )
  })

  test('of an image that a copy brought back needs name, time, length and content to agree', async () => {
    await using folder = await tempFolder()
    await images(folder, 'one/disk.qcow2')
    const file = folder.file('vm', 'one', 'disk.qcow2')
    await utimes(file, 1_000, 1_000)
    await using bench = openWorkbench(folder.file('data'))
    const id = await addAndScan(bench, folder.file('vm'))
    const before = rowOf(bench, file)
    await images(folder, 'two/disk.qcow2', 'three/disk.qcow2')
    await utimes(folder.file('vm', 'two', 'disk.qcow2'), 1_000, 1_000)
    await rm(file)
    await bench.library.refresh([before?.id ?? 0])
    await bench.library.scan(id)
    expect(rowOf(bench, folder.file('vm', 'two', 'disk.qcow2'))?.id).toBe(before?.id)
    expect(rowOf(bench, folder.file('vm', 'three', 'disk.qcow2'))?.id).not.toBe(before?.id)
  })
})

describe('adding paths', () => {
  test('takes files of any name and folders, and refuses what leads nowhere', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2', 'odd-name', 'deep/b.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const given = ['odd-name', 'deep'].map((name) => folder.file('vm', name))
    expect(await bench.library.addPaths(given)).toHaveLength(1)
    expect(bench.library.folders()).toMatchObject([{ path: folder.file('vm', 'deep') }])
    const wrong = [folder.file('vm', 'none.qcow2'), folder.file('vm', 'a.qcow2')]
    await expect(bench.library.addPaths(wrong)).rejects.toMatchObject({ reason: 'file-missing' })
    expect(rowOf(bench, folder.file('vm', 'a.qcow2'))).toBeDefined()
    await expect(bench.library.addPaths(['/dev/null'])).rejects.toMatchObject({
      reason: 'file-not-regular',
    })
  })

  test('of a folder that is a file is refused with a sentence', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    const added = bench.library.addFolder(choice(folder.file('vm', 'a.qcow2')))
    await expect(added).rejects.toMatchObject({ reason: 'invalid-argument' })
  })
})

const rowAt = (bench: Workbench, path: string, fits: (row: LibraryRow) => boolean) =>
  bench.libraryChange((change) => {
    const row = change.type === 'row' ? bench.library.row(change.id) : undefined
    return row?.path === path && fits(row)
  })

describe('a watched folder', () => {
  test('shows a new file, its change and its end without being asked', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'), { watched: true })
    const file = folder.file('vm', 'new.qcow2')

    const appeared = rowAt(bench, file, ({ missingSince }) => missingSince === undefined)
    await writeFile(file, 'clean')
    await appeared
    const changed = rowAt(bench, file, ({ fileLength }) => fileLength === 9)
    await writeFile(file, 'clean too')
    await changed
    const gone = rowAt(bench, file, ({ missingSince }) => missingSince !== undefined)
    await rm(file)
    await gone
    expect(rowOf(bench, file)?.missingSince).toBeTypeOf('number')
  })

  test('sees into folders that come later', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'), { watched: true })
    const first = folder.file('vm', 'late', 'first.qcow2')
    const appeared = rowAt(bench, first, () => true)
    await mkdir(folder.file('vm', 'late'))
    await writeFile(first, 'clean')
    await appeared
    const second = folder.file('vm', 'late', 'second.qcow2')
    const followed = rowAt(bench, second, () => true)
    await writeFile(second, 'clean')
    await followed
    expect(names(bench)).toEqual(['a.qcow2', 'first.qcow2', 'second.qcow2'])
  })
})

describe('outside of the roots that a web host was given', () => {
  test('no file is read through a link, whether a scan or a watch finds it', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    const secret = folder.file('secret.qcow2')
    await writeFile(secret, 'clean')
    await symlink(secret, folder.file('vm', 'link.qcow2'))
    await using free = openWorkbench(folder.file('free'))
    await addAndScan(free, folder.file('vm'))
    expect(names(free)).toEqual(['a.qcow2', 'link.qcow2'])

    await using bench = openWorkbench(folder.file('bound'), { roots: [folder.file('vm')] })
    await addAndScan(bench, folder.file('vm'), { watched: true })
    expect(names(bench)).toEqual(['a.qcow2'])
    const seen = bench.libraryChange(
      ({ type }) => type === 'row' && names(bench).includes('b.qcow2'),
    )
    await symlink(secret, folder.file('vm', 'later.qcow2'))
    await writeFile(folder.file('vm', 'b.qcow2'), 'clean')
    await seen
    expect(names(bench)).toEqual(['a.qcow2', 'b.qcow2'])
    await expect(bench.library.addPaths([secret])).rejects.toMatchObject({
      reason: 'outside-roots',
    })
  })

  test('what the library holds already stays listed and is neither read nor called missing', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await mkdir(folder.file('other'))
    {
      await using free = openWorkbench(folder.file('data'))
      await addAndScan(free, folder.file('vm'))
    }
    await using bench = openWorkbench(folder.file('data'), { roots: [folder.file('other')] })
    const [listed] = bench.library.folders()
    await bench.library.scan(listed?.id ?? -1)
    await bench.library.refresh(undefined)
    const row = rowOf(bench, folder.file('vm', 'a.qcow2'))
    expect(row?.missingSince).toBeUndefined()
    expect(bench.library.folders()).toMatchObject([{ error: { reason: 'outside-roots' } }])
    for (const open of ['toOpen', 'locate'] as const) {
      await expect(bench.library[open](row?.id ?? -1)).rejects.toMatchObject({
        reason: 'outside-roots',
      })
    }
  })

  test('an image whose links are trusted is followed within the roots only', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    const roots = [folder.file('vm')]
    await using bench = openWorkbench(folder.file('data'), { roots })
    await addAndScan(bench, folder.file('vm'))
    const id = rowOf(bench, folder.file('vm', 'a.qcow2'))?.id ?? -1
    bench.library.setLinksTrusted(id, true)
    expect((await bench.library.toOpen(id)).links).toEqual({ within: roots })
  })

  test('a known file that became a way out is not opened', async () => {
    await using folder = await tempFolder()
    await images(folder, 'a.qcow2')
    await writeFile(folder.file('secret.qcow2'), 'clean')
    await using bench = openWorkbench(folder.file('data'), { roots: [folder.file('vm')] })
    await addAndScan(bench, folder.file('vm'))
    const file = folder.file('vm', 'a.qcow2')
    const id = rowOf(bench, file)?.id ?? -1
    await rm(file)
    await symlink(folder.file('secret.qcow2'), file)
    await expect(bench.library.toOpen(id)).rejects.toMatchObject({ reason: 'outside-roots' })
    await expect(bench.library.locate(id)).rejects.toMatchObject({ reason: 'outside-roots' })
  })
})

test('a folder below that cannot be listed is told, and the rest is found', async () => {
  await using folder = await tempFolder()
  await images(folder, 'a.qcow2')
  // A path that is too long cannot be listed by anybody, the superuser included. It comes about when
  // one deep tree moves into another.
  const tenLevels = Array.from({ length: 10 }, () => 'n'.repeat(250))
  const within = folder.file('vm', ...tenLevels)
  await mkdir(within, { recursive: true })
  await mkdir(folder.file('apart', ...tenLevels), { recursive: true })
  await rename(folder.file('apart'), join(within, 'apart'))
  try {
    await using bench = openWorkbench(folder.file('data'))
    await addAndScan(bench, folder.file('vm'))
    expect(names(bench)).toEqual(['a.qcow2'])
    expect(bench.library.folders()).toMatchObject([
      { error: { reason: 'folder-partly-unread', context: { found: 1, errno: 'ENAMETOOLONG' } } },
    ])
  } finally {
    await rename(join(within, 'apart'), folder.file('apart'))
  }
})

test('a folder that does not recurse covers its own files only', () => {
  const folder = { id: 1, path: '/vm', recursive: false, watched: false }
  expect([covers(folder, '/vm/b.qcow2'), covers(folder, '/vm/a/b.qcow2')]).toEqual([true, false])
})
