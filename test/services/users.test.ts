import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { databaseFile } from '../../main/data-folders.ts'
import { openDatabase } from '../../main/history/database.ts'
import { Library } from '../../main/images/library.ts'
import type { ScanTasks } from '../../main/images/scan-tasks.ts'
import { knownPlaces } from '../../main/users/known-places.ts'
import { WorkerPool } from '../../main/workers/worker-pool.ts'
import { launch } from '../helpers/launcher.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { scanWorker } from './built-workers.ts'
import { memoryLog } from './memory-log.ts'

/** It keeps nothing between two tasks: one for all tests, because its threads take long to start. */
const host = new WorkerPool<ScanTasks>({ url: scanWorker, size: () => 2 })
afterAll(() => host.close())

interface Bench extends AsyncDisposable {
  readonly library: Library
  row(name: string): LibraryRow
  /** Rows that were told of since the last call, by name. */
  told(): readonly string[]
}

/** A library over the real scan threads; the person's home is `folder/home`. */
async function openLibrary(folder: TempFolder, roots?: readonly string[]): Promise<Bench> {
  const { db } = openDatabase(databaseFile(folder.file('data')))
  const places = knownPlaces({ home: folder.file('home'), platform: 'linux', env: {} })
  const library = new Library({
    db,
    host,
    log: memoryLog([]),
    links: () => 'ask',
    roots,
    vmPlaces: places.filter(({ path }) => path.startsWith(folder.path)),
  })
  const told = new Set<number>()
  library.changes.listen((change) => change.type === 'row' && told.add(change.id))
  const id = await library.addFolder({
    path: folder.file('vm'),
    recursive: true,
    watched: false,
  })
  await library.scan(id)
  await library.refreshUses()
  told.clear()
  return {
    library,
    row: (name) => {
      const found = library.rows().find((row) => row.name === name)
      if (found === undefined) throw new Error(`there is no row ${name}`)
      return found
    },
    told: () => {
      const names = [...told].flatMap((image) => library.row(image)?.name ?? [])
      told.clear()
      return names.toSorted((a, b) => a.localeCompare(b))
    },
    [Symbol.asyncDispose]: async () => {
      library.close()
      db.close()
    },
  }
}

async function imagesIn(folder: TempFolder, ...names: readonly string[]): Promise<void> {
  await mkdir(folder.file('vm'), { recursive: true })
  for (const name of names)
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('vm', name), '1M')
}

const overlayOf = (folder: TempFolder, base: string, name: string): Promise<string> =>
  qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, folder.file('vm', name))

const domain = (name: string, ...files: readonly string[]): string =>
  `<domain type='kvm'>\n  <name>${name}</name>\n  <devices>\n${files
    .map(
      (file) =>
        `    <disk type='file' device='disk'>\n      <source file='${file}'/>\n    </disk>\n`,
    )
    .join('')}  </devices>\n</domain>\n`

async function defineDomain(folder: TempFolder, name: string, ...files: readonly string[]) {
  const place = folder.file('home', '.config', 'libvirt', 'qemu')
  await mkdir(place, { recursive: true })
  await writeFile(`${place}/${name}.xml`, domain(name, ...files))
}

describe('a backing file', () => {
  test('counts its overlays, and they know it, whichever is seen first', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'z-base.qcow2')
    await overlayOf(folder, 'z-base.qcow2', 'a.qcow2')
    await overlayOf(folder, folder.file('vm', 'z-base.qcow2'), 'b.qcow2')
    await using bench = await openLibrary(folder)
    const base = bench.row('z-base.qcow2')
    expect(base).toMatchObject({ childCount: 2, parentId: undefined })
    expect(bench.row('a.qcow2')).toMatchObject({ childCount: 0, parentId: base.id })
    expect(bench.row('b.qcow2')).toMatchObject({ parentId: base.id })
    expect(bench.library.childrenOf(base.id).map(({ name }) => name)).toEqual([
      'a.qcow2',
      'b.qcow2',
    ])

    await overlayOf(folder, 'z-base.qcow2', 'c.qcow2')
    await bench.library.addPaths([folder.file('vm', 'c.qcow2')])
    expect(bench.row('z-base.qcow2').childCount).toBe(3)
    expect(bench.told()).toEqual(['c.qcow2', 'z-base.qcow2'])
    bench.library.removeImages([bench.row('c.qcow2').id])
    expect(bench.row('z-base.qcow2').childCount).toBe(2)
    expect(bench.told()).toContain('z-base.qcow2')
  })

  test('that goes leaves broken links behind at once, and mends them when it comes back', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'base.qcow2')
    await overlayOf(folder, 'base.qcow2', 'a.qcow2')
    await using bench = await openLibrary(folder)
    const base = bench.row('base.qcow2').id
    await rename(folder.file('vm', 'base.qcow2'), folder.file('away.qcow2'))
    await bench.library.refresh([base])
    expect(bench.row('a.qcow2')).toMatchObject({ parentId: base, backing: { state: 'missing' } })
    expect(bench.told()).toEqual(['a.qcow2', 'base.qcow2'])

    await rename(folder.file('away.qcow2'), folder.file('vm', 'base.qcow2'))
    await bench.library.refresh([base])
    expect(bench.row('a.qcow2')).toMatchObject({ parentId: base, backing: { state: 'present' } })
  })

  test('is recognised through a symbolic link', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'base.qcow2')
    await symlink(folder.file('vm'), folder.file('link'))
    await overlayOf(folder, folder.file('link', 'base.qcow2'), 'a.qcow2')
    await using bench = await openLibrary(folder)
    expect(bench.row('a.qcow2').parentId).toBe(bench.row('base.qcow2').id)
    expect(bench.row('base.qcow2').childCount).toBe(1)
  })
})

describe('a virtual machine', () => {
  test('is told by each image that its configuration names, and what none names is an orphan', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'web.qcow2', 'base.qcow2', 'left.qcow2')
    await overlayOf(folder, 'base.qcow2', 'db.qcow2')
    await symlink(folder.file('vm'), folder.file('link'))
    await defineDomain(folder, 'web01', folder.file('link', 'web.qcow2'))
    await writeFile(folder.file('vm', 'db.conf'), 'guest_os="linux"\ndisk_img="db.qcow2"\n')
    await using bench = await openLibrary(folder)
    expect(bench.row('web.qcow2')).toMatchObject({
      usedBy: [
        {
          source: 'libvirt',
          vm: 'web01',
          config: folder.file('home', '.config', 'libvirt', 'qemu', 'web01.xml'),
        },
      ],
      isOrphan: false,
    })
    expect(bench.row('db.qcow2')).toMatchObject({ usedBy: [{ source: 'quickemu', vm: 'db' }] })
    expect(bench.row('base.qcow2')).toMatchObject({ usedBy: [], isOrphan: false, childCount: 1 })
    expect(bench.row('left.qcow2')).toMatchObject({ usedBy: [], isOrphan: true })
  })

  test('that is changed, added or gone is noticed, and only the images concerned are told of', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'a.qcow2', 'b.qcow2', 'c.qcow2')
    await defineDomain(folder, 'keeper', folder.file('vm', 'c.qcow2'))
    await defineDomain(folder, 'web01', folder.file('vm', 'a.qcow2'))
    await using bench = await openLibrary(folder)
    await defineDomain(folder, 'web01', folder.file('vm', 'b.qcow2'), folder.file('vm', 'c.qcow2'))
    await bench.library.refresh([])
    expect(bench.told()).toEqual(['a.qcow2', 'b.qcow2', 'c.qcow2'])
    expect(bench.row('c.qcow2').usedBy.map(({ vm }) => vm)).toEqual(['keeper', 'web01'])

    await rm(folder.file('home', '.config', 'libvirt', 'qemu', 'web01.xml'))
    await bench.library.refresh([])
    expect(bench.told()).toEqual(['b.qcow2', 'c.qcow2'])
    expect(bench.row('b.qcow2')).toMatchObject({ usedBy: [], isOrphan: true })
    await bench.library.refresh([])
    expect(bench.told()).toEqual([])
  })

  test('of VMware needs what its descriptors name, also inside of a sparse file', async () => {
    await using folder = await tempFolder()
    await mkdir(folder.file('vm'))
    const vmdk = folder.file('vm', 'mail.vmdk')
    await qemuImg('create', '-q', '-f', 'vmdk', folder.file('vm', 'base.vmdk'), '1M')
    await qemuImg('create', '-q', '-f', 'vmdk', '-F', 'vmdk', '-b', 'base.vmdk', vmdk)
    const text = 'config.version = "8"\ndisplayName = "Mail"\nscsi0:0.fileName = "mail.vmdk"\n'
    await writeFile(folder.file('vm', 'mail.vmx'), text)
    await using bench = await openLibrary(folder)
    expect(bench.row('mail.vmdk').usedBy).toMatchObject([{ source: 'vmware', vm: 'Mail' }])
    expect(bench.row('base.vmdk').usedBy).toMatchObject([{ source: 'vmware', vm: 'Mail' }])
  })

  test('is not known anywhere: then no image is called an orphan', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'a.qcow2')
    await using bench = await openLibrary(folder)
    expect(bench.row('a.qcow2').isOrphan).toBe(false)
    expect(bench.library.vmPlaces()).toEqual([])
  })

  test('whose configuration cannot be understood is told as the evidence that is missing', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'a.qcow2')
    await defineDomain(folder, 'good', '/nowhere.qcow2')
    const bad = folder.file('home', '.config', 'libvirt', 'qemu', 'bad.xml')
    await writeFile(bad, '<domain><name>bad</name>')
    // A pipe under a configuration's name must hang nobody.
    await launch('mkfifo', [folder.file('vm', 'pipe.conf')])
    await using bench = await openLibrary(folder)
    expect(bench.library.vmPlaces()).toEqual([
      {
        source: 'libvirt',
        path: folder.file('home', '.config', 'libvirt', 'qemu'),
        vms: 1,
        unread: [{ path: bad, errno: 'EINVAL' }],
      },
    ])
  })

  test('outside of the roots of a web host is found in its own place only, not through a folder above', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'a.qcow2', 'b.qcow2')
    await defineDomain(folder, 'web01', folder.file('vm', 'a.qcow2'))
    await writeFile(folder.file('db.conf'), 'guest_os="linux"\ndisk_img="vm/b.qcow2"\n')
    await using bench = await openLibrary(folder, [folder.file('vm')])
    expect(bench.row('a.qcow2').usedBy).toMatchObject([{ vm: 'web01' }])
    expect(bench.row('b.qcow2').usedBy).toEqual([])
  })
})

describe('what is known of an image', () => {
  test('an estimate is kept over a restart, and replaces an exact number only when the file changed', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'a.qcow2')
    {
      await using bench = await openLibrary(folder)
      const { id, modifiedAt, fileLength } = bench.row('a.qcow2')
      const file = { modifiedAt, length: fileLength }
      bench.library.keepReclaimable(id, { bytes: 100, at: 1, isExact: false, file })
      bench.library.keepReclaimable(id, { bytes: 200, at: 2, isExact: true, file })
      bench.library.keepReclaimable(id, { bytes: 300, at: 3, isExact: false, file })
      expect(bench.row('a.qcow2').reclaimable).toEqual({
        bytes: 200,
        at: 2,
        isExact: true,
        stale: false,
      })
      bench.library.used([id])
    }
    await using bench = await openLibrary(folder)
    const { id, reclaimable, usedAt, modifiedAt } = bench.row('a.qcow2')
    expect(reclaimable?.bytes).toBe(200)
    expect(usedAt).toBeGreaterThan(0)
    await writeFile(folder.file('vm', 'a.qcow2'), 'no image any more')
    await bench.library.refresh([id])
    expect(bench.row('a.qcow2').reclaimable).toMatchObject({ bytes: 200, stale: true })
    const file = { modifiedAt: modifiedAt + 1, length: 17 }
    bench.library.keepReclaimable(id, { bytes: 5, at: 4, isExact: false, file })
    expect(bench.row('a.qcow2').reclaimable).toMatchObject({ bytes: 5, isExact: false })
  })

  test('a missing image is found again where a person says, and not by a stranger by mistake', async () => {
    await using folder = await tempFolder()
    await imagesIn(folder, 'lost.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('vm', 'other.qcow2'), '2M')
    await using bench = await openLibrary(folder)
    const { id } = bench.row('lost.qcow2')
    // Another place and time, as from a backup: no sign is left that a scan would go by.
    const { exitCode } = await launch('cp', [
      folder.file('vm', 'lost.qcow2'),
      folder.file('back.qcow2'),
    ])
    expect(exitCode).toBe(0)
    await rm(folder.file('vm', 'lost.qcow2'))
    await bench.library.refresh([id])
    await bench.library.addPaths([folder.file('back.qcow2')])
    expect(bench.row('lost.qcow2').missingSince).toBeGreaterThan(0)
    const found = bench.row('back.qcow2').id
    expect(bench.library.candidatesFor(id)).toMatchObject([
      { image: { id: found }, signs: ['same-start', 'same-size'] },
    ])

    expect(await bench.library.foundAt(id, folder.file('vm', 'other.qcow2'), false)).toBe(false)
    expect(bench.library.row(id)?.missingSince).toBeGreaterThan(0)
    expect(await bench.library.foundAt(id, folder.file('back.qcow2'), false)).toBe(true)
    expect(bench.library.row(id)).toMatchObject({ name: 'back.qcow2', missingSince: undefined })
    expect(bench.library.row(found)).toBeUndefined()
    await expect(bench.library.foundAt(id, folder.file('nowhere'), true)).rejects.toMatchObject({
      reason: 'file-missing',
    })
  })
})
