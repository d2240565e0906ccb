import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Roots } from '../../main/web/roots.ts'

let base: string
let root: string
let roots: Roots

beforeAll(async () => {
  base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'platter-roots-')))
  root = path.join(base, 'vm')
  await mkdir(path.join(root, 'web', 'old'), { recursive: true })
  await mkdir(path.join(base, 'vm-private'))
  await writeFile(path.join(root, 'web10.qcow2'), 'ten')
  await writeFile(path.join(root, 'web9.qcow2'), 'nine!')
  await writeFile(path.join(root, '.hidden'), '')
  await writeFile(path.join(base, 'vm-private', 'secret.qcow2'), 'secret')
  await symlink(path.join(base, 'vm-private'), path.join(root, 'way-out'))
  await symlink(path.join(root, 'web9.qcow2'), path.join(root, 'inside.qcow2'))
  await symlink(path.join(root, 'nowhere'), path.join(root, 'dangling'))
  roots = await Roots.of([root])
})

afterAll(() => rm(base, { recursive: true, force: true }))

describe('admitting a path', () => {
  it('answers with the real path of what lies below a root', async () => {
    expect(await roots.admit(path.join(root, 'web', '..', 'web9.qcow2'))).toBe(
      path.join(root, 'web9.qcow2'),
    )
    expect(await roots.admit(path.join(root, 'inside.qcow2'))).toBe(path.join(root, 'web9.qcow2'))
    expect(await roots.admit(root)).toBe(root)
  })

  it.each<[string, () => string]>([
    ['a folder above', () => path.join(root, '..')],
    ['a folder whose name begins like the root', () => path.join(base, 'vm-private')],
    ['a way out through a symbolic link', () => path.join(root, 'way-out', 'secret.qcow2')],
    ['an absolute path elsewhere', () => '/etc/passwd'],
    ['what does not exist elsewhere', () => '/etc/there-is-no-such-file'],
  ])('refuses %s', async (_what, candidate) => {
    await expect(roots.admit(candidate())).rejects.toMatchObject({ reason: 'outside-roots' })
  })

  it('says that a file below a root is missing', async () => {
    await expect(roots.admit(path.join(root, 'gone.qcow2'))).rejects.toMatchObject({
      reason: 'file-missing',
    })
  })

  it('refuses a root that does not exist, at the start', async () => {
    await expect(Roots.of([path.join(base, 'typo')])).rejects.toMatchObject({
      reason: 'file-missing',
    })
  })

  it('follows a root that is itself a link', async () => {
    const linked = await Roots.of([path.join(root, 'way-out')])
    expect(linked.paths).toEqual([path.join(base, 'vm-private')])
  })
})

describe('listing', () => {
  it('shows the roots when no folder is named', async () => {
    expect(await roots.list(undefined)).toEqual({
      entries: [{ name: root, path: root, kind: 'folder' }],
    })
  })

  it('shows folders first, names in counting order, nothing hidden or outside', async () => {
    const listing = await roots.list(root)
    expect(listing.entries).toEqual([
      { name: 'web', path: path.join(root, 'web'), kind: 'folder' },
      { name: 'inside.qcow2', path: path.join(root, 'inside.qcow2'), kind: 'file', size: 5 },
      { name: 'web9.qcow2', path: path.join(root, 'web9.qcow2'), kind: 'file', size: 5 },
      { name: 'web10.qcow2', path: path.join(root, 'web10.qcow2'), kind: 'file', size: 3 },
    ])
  })

  it('offers the way up as far as the root', async () => {
    expect((await roots.list(path.join(root, 'web'))).parent).toBe(root)
    expect((await roots.list(root)).parent).toBeUndefined()
  })

  it('lists nothing outside', async () => {
    await expect(roots.list(base)).rejects.toMatchObject({ reason: 'outside-roots' })
  })

  it('shows nothing at all without roots', async () => {
    const none = await Roots.of([])
    expect(await none.list(undefined)).toEqual({ entries: [] })
    await expect(none.admit(root)).rejects.toMatchObject({ reason: 'outside-roots' })
  })
})
