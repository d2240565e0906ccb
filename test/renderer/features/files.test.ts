import { describe, expect, it } from 'vitest'
import { foldersToOffer } from '../../../renderer/features/files/folders-to-offer.ts'
import {
  backingName,
  extensionOf,
  fileNameFault,
  joinPath,
  nameOf,
  stemLength,
} from '../../../renderer/features/files/new-path.ts'
import { backingCandidates } from '../../../renderer/features/relink/backing-candidates.ts'
import { newestUndo } from '../../../renderer/features/undo/newest-undo.ts'
import { libraryRow } from '../library-rows.ts'

describe('a new name', () => {
  it('is joined to its folder as the host writes paths', () => {
    expect(joinPath('/srv/vm', 'a.qcow2')).toBe('/srv/vm/a.qcow2')
    expect(joinPath('/', 'a.qcow2')).toBe('/a.qcow2')
    expect(joinPath(String.raw`C:\VMs`, 'a.qcow2')).toBe(String.raw`C:\VMs\a.qcow2`)
    expect(nameOf(String.raw`C:\VMs\a.qcow2`)).toBe('a.qcow2')
  })

  it('begins with the part that is meant to change', () => {
    expect(extensionOf('disk.tar.gz')).toBe('.gz')
    expect(extensionOf('.hidden')).toBe('')
    expect(stemLength('web01.qcow2')).toBe(5)
    expect(stemLength('disk')).toBe(4)
  })

  it.each([
    ['', 'empty'],
    [' ', 'empty'],
    ['old.qcow2', 'same'],
    ['a/b', 'separator'],
    [String.raw`a\b`, 'separator'],
    ['..', 'reserved'],
    ['a\0b', 'reserved'],
    ['ü'.repeat(128), 'too-long'],
    ['ü'.repeat(127), undefined],
    ['new name.img', undefined],
  ])('is judged before a disk is asked: %j', (name, fault) => {
    expect(fileNameFault(name, 'old.qcow2')).toBe(fault)
  })
})

describe('the folders to move to', () => {
  it('are those of the library, then those its images are in, each once', () => {
    const rows = ['/vm/archive', '/vm', '/elsewhere', '/vm/archive'].map((location, index) =>
      libraryRow({ id: index + 1, location }),
    )
    expect(foldersToOffer([{ path: '/vm' }], rows)).toEqual(['/vm', '/elsewhere', '/vm/archive'])
  })
})

describe('another backing file', () => {
  const base = libraryRow({
    id: 1,
    name: 'base.qcow2',
    path: '/vm/base.qcow2',
    location: '/vm',
    virtualSize: 40,
  })
  const broken = libraryRow({
    id: 2,
    path: '/vm/top.qcow2',
    location: '/vm',
    virtualSize: 40,
    backing: { name: '/old/place/base.qcow2', state: 'missing' },
  })
  const child = libraryRow({
    id: 3,
    path: '/vm/child.qcow2',
    location: '/vm',
    virtualSize: 40,
    parentId: 2,
  })
  const same = libraryRow({ id: 4, path: '/b/same.qcow2', location: '/b', virtualSize: 40 })
  const larger = libraryRow({ id: 5, path: '/b/larger.qcow2', location: '/b', virtualSize: 80 })
  const smaller = libraryRow({ id: 6, path: '/vm/smaller.qcow2', location: '/vm', virtualSize: 20 })
  const foreign = libraryRow({
    id: 7,
    path: '/vm/x.vmdk',
    location: '/vm',
    virtualSize: 40,
    format: 'vmdk',
  })
  const rows = new Map(
    [base, broken, child, same, larger, smaller, foreign].map((each) => [each.id, each]),
  )

  it('is looked for by name, then by the size of the disk', () => {
    expect(backingCandidates(broken, rows).map((each) => each.row.id)).toEqual([1, 4, 5])
    expect(backingCandidates(broken, rows)[0]?.likeness).toEqual(['name', 'size', 'folder'])
  })

  it('is never an image that builds on this one, nor one that is too small or cannot be read', () => {
    const ids = backingCandidates(broken, rows).map((each) => each.row.id)
    for (const id of [2, 3, 6, 7]) expect(ids).not.toContain(id)
  })

  it('is written relative where both lie together, and absolute elsewhere', () => {
    expect(backingName('/vm', '/vm/base.qcow2')).toBe('base.qcow2')
    expect(backingName('/vm', '/vm/bases/base.qcow2')).toBe('bases/base.qcow2')
    expect(backingName('/vm', '/vmware/base.qcow2')).toBe('/vmware/base.qcow2')
    expect(backingName(String.raw`C:\vm`, String.raw`C:\vm\base.qcow2`)).toBe('base.qcow2')
  })
})

describe('what Mod+Z takes back', () => {
  const entry = (jobId: string, imageId: number, doneAt: number) => ({
    jobId,
    imageId,
    imageName: 'a',
    summary: 'Resized',
    doneAt,
    keptBytes: 0,
  })
  const entries = [entry('1', 1, 30), entry('2', 2, 20), entry('3', 1, 40)]

  it('is the newest change of the selection, or of all', () => {
    expect(newestUndo(entries, [])?.jobId).toBe('3')
    expect(newestUndo(entries, [2])?.jobId).toBe('2')
    expect(newestUndo(entries, [9])).toBeUndefined()
  })
})
