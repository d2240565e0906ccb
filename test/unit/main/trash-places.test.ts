/** Which Trash of a volume an account may use. */
import { chmod, chown, lstat, mkdir, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { trashFolderAt, trashNameIn } from '../../../main/files/trash-places.ts'
import { cannotMount, onSmallDisk } from '../../helpers/small-disk.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const uid = process.getuid?.() ?? 0

it('the shared Trash is used where it is sticky, and this account’s part of it is its own', async () => {
  await using folder = await tempFolder('volume')
  const top = folder.path
  const [shared, own] = [folder.file('.Trash', String(uid)), folder.file(`.Trash-${uid}`)]
  const found = async (): Promise<string | undefined> => (await trashFolderAt(top, uid))?.path

  expect(await found()).toBe(own)
  await mkdir(folder.file('.Trash'))
  await chmod(folder.file('.Trash'), 0o777)
  expect(await found()).toBe(own)
  await chmod(folder.file('.Trash'), 0o1777)
  expect(await found()).toBe(shared)
  await mkdir(shared, { mode: 0o700 })
  expect(await found()).toBe(shared)

  await rm(shared, { recursive: true })
  await mkdir(folder.file('elsewhere'))
  await symlink(folder.file('elsewhere'), shared)
  expect(await found()).toBe(own)
  await symlink(folder.file('elsewhere'), own)
  expect(await found()).toBeUndefined()
})

it.runIf(uid === 0)('a part that somebody else made is not used', async () => {
  await using folder = await tempFolder('volume')
  await mkdir(folder.file('.Trash', '0'), { recursive: true })
  await chmod(folder.file('.Trash'), 0o1777)
  await chown(folder.file('.Trash', '0'), 54_321, 54_321)
  expect((await lstat(folder.file('.Trash', '0'))).uid).toBe(54_321)
  expect((await trashFolderAt(folder.path, 0))?.path).toBe(folder.file('.Trash-0'))
})

it('every name has room for what says where it came from, and no character is cut in two', () => {
  for (const [file, number, name] of [
    ['short.qcow2', 1, 'short.qcow2'],
    ['short.qcow2', 2, 'short.2.qcow2'],
    [`${'a'.repeat(239)}.qcow2`, 1, `${'a'.repeat(239)}.qcow2`],
    [`${'a'.repeat(249)}.qcow2`, 1, `${'a'.repeat(239)}.qcow2`],
    [`${'é'.repeat(124)}.qcow2`, 10, `${'é'.repeat(118)}.10.qcow2`],
  ] as const) {
    const taken = trashNameIn('/trash', file, number)
    expect(path.basename(taken.file)).toBe(name)
    expect(path.basename(taken.info)).toBe(`${name}.trashinfo`)
    expect(Buffer.byteLength(path.basename(taken.info))).toBeLessThanOrEqual(255)
  }
})

it.skipIf(cannotMount)('a volume of its own has its Trash at its top', async () => {
  await using folder = await tempFolder('volume')
  const module = (name: string): string =>
    JSON.stringify(new URL(`../../../${name}`, import.meta.url).href)
  const lines = onSmallDisk(
    folder.path,
    `
    const { mkdirSync, writeFileSync, readFileSync, readdirSync, statSync } = await import('node:fs')
    const { trashFolderFor, takeTrashName } = await import(${module('main/files/trash-places.ts')})
    const { createEngine } = await import(${module('core/index.ts')})
    const top = ${JSON.stringify(folder.path)}
    mkdirSync(top + '/vm')
    writeFileSync(top + '/vm/disk one.raw', 'x'.repeat(4096))
    const owner = { dataHome: '/nowhere/share', uid: process.getuid() }
    const trash = await trashFolderFor(top + '/vm/disk one.raw', owner)
    const taken = await takeTrashName(trash, top + '/vm/disk one.raw', new Date())
    await createEngine().relocate(top + '/vm/disk one.raw', taken.file)
    console.log(trash.path)
    console.log(readdirSync(trash.path + '/files').join())
    console.log(/^Path=.*$/m.exec(readFileSync(taken.info, 'utf8'))[0])
    console.log((statSync(trash.path).mode & 0o777).toString(8))
    console.log(readdirSync(top + '/vm').length)
  `,
  )
  expect(lines).toEqual([
    folder.file(`.Trash-${uid}`),
    'disk one.raw',
    'Path=vm/disk%20one.raw',
    '700',
    '0',
  ])
})
