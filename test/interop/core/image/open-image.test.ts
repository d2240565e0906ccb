import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import type { ImageLink, LinkPolicy } from '../../../../core/image/open-gate.ts'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const create = (path: string, ...args: string[]) =>
  qemuImg('create', '-q', '-f', 'qcow2', ...args, path, '1M')

/** An overlay that names `name` as its backing file, whether there is one or not. */
const overlay = (path: string, name: string, format = 'qcow2') =>
  create(path, '-u', '-b', name, '-F', format)

async function statesOf(path: string, links: LinkPolicy = 'same-folder') {
  await using opened = await openImage(nodeHost, path, { links })
  return opened.chain.map(({ role, state, error }) => ({ role, state, reason: error?.reason }))
}

/** What became of an image's last link, and why its first bytes cannot be read. */
async function fateOf(path: string, links: LinkPolicy = 'same-folder') {
  await using opened = await openImage(nodeHost, path, { links })
  const last = opened.chain.at(-1)
  const thrown = await opened.image.read(new Uint8Array(512), 0).then(
    () => undefined,
    (error: unknown) => (error instanceof ImageError ? error.reason : error),
  )
  return { state: last?.state, reason: last?.error?.reason, thrown }
}

/** The fate of a link that was not followed: reading says what the chain says. */
const notFollowed = (state: string, reason: string) => ({ state, reason, thrown: reason })

async function folderWithBaseOutside(): Promise<TempFolder> {
  const folder = await tempFolder()
  await mkdir(folder.file('vm'))
  await create(folder.file('base.qcow2'))
  await overlay(folder.file('vm', 'top.qcow2'), '../base.qcow2')
  return folder
}

test('a chain in one folder opens whole, and closes whole', async () => {
  await using folder = await tempFolder()
  await create(folder.file('a.qcow2'))
  await overlay(folder.file('b.qcow2'), 'a.qcow2')
  await overlay(folder.file('c.qcow2'), 'b.qcow2')
  {
    await using opened = await openImage(nodeHost, folder.file('c.qcow2'))
    expect(opened.chain).toMatchObject([
      { role: 'image', name: folder.file('c.qcow2'), format: 'qcow2', virtualSize: 1 << 20 },
      { role: 'backing file', name: 'b.qcow2', path: folder.file('b.qcow2'), state: 'open' },
      { role: 'backing file', name: 'a.qcow2', path: folder.file('a.qcow2'), state: 'open' },
    ])
    expect(openFilesBelow(folder.path)).toHaveLength(3)
  }
  expect(openFilesBelow(folder.path)).toEqual([])
})

test('a link that leaves the folder is refused unless it is allowed', async () => {
  await using folder = await folderWithBaseOutside()
  const top = folder.file('vm', 'top.qcow2')
  expect(await fateOf(top)).toEqual(notFollowed('refused', 'link-refused'))
  expect(await fateOf(top, 'deny')).toEqual(notFollowed('refused', 'link-refused'))
  expect((await statesOf(top, 'allow')).at(-1)?.state).toBe('open')
  expect(openFilesBelow(folder.path)).toEqual([])
})

test('within given folders a link may leave its own, and may leave them by no name', async () => {
  await using folder = await folderWithBaseOutside()
  const top = folder.file('vm', 'top.qcow2')
  expect((await statesOf(top, { within: [folder.path] })).at(-1)?.state).toBe('open')
  expect(await fateOf(top, { within: [folder.file('vm')] })).toEqual(
    notFollowed('refused', 'link-refused'),
  )
  expect(await fateOf(top, { within: [] })).toEqual(notFollowed('refused', 'link-refused'))
  await symlink(folder.file('base.qcow2'), folder.file('vm', 'near.qcow2'))
  await overlay(folder.file('vm', 'sly.qcow2'), 'near.qcow2')
  expect(await fateOf(folder.file('vm', 'sly.qcow2'), { within: [folder.file('vm')] })).toEqual(
    notFollowed('refused', 'link-refused'),
  )
})

test('a symbolic link in the folder that leads out of it is refused', async () => {
  await using folder = await folderWithBaseOutside()
  await symlink('../base.qcow2', folder.file('vm', 'innocent.qcow2'))
  await overlay(folder.file('vm', 'top.qcow2'), 'innocent.qcow2')
  expect(await fateOf(folder.file('vm', 'top.qcow2'))).toEqual(
    notFollowed('refused', 'link-refused'),
  )
})

test('whoever is asked sees the link as it is, and decides', async () => {
  await using folder = await folderWithBaseOutside()
  const asked: ImageLink[] = []
  const top = folder.file('vm', 'top.qcow2')
  const answer = (yes: boolean) => async (link: ImageLink) => {
    asked.push(link)
    return yes
  }
  expect((await statesOf(top, answer(true))).at(-1)?.state).toBe('open')
  expect(await fateOf(top, answer(false))).toEqual(notFollowed('refused', 'link-refused'))
  expect(asked[0]).toEqual({
    role: 'backing file',
    name: '../base.qcow2',
    from: top,
    target: folder.file('base.qcow2'),
    inFolder: false,
  })
})

test.each([
  'json:{"driver":"file","filename":"/etc/passwd"}',
  'nbd://localhost/disk',
  'file:a.qcow2',
])('what is no path is shown and never opened, even when all is allowed: %s', async (name) => {
  await using folder = await tempFolder()
  await create(folder.file('a.qcow2'))
  await overlay(folder.file('top.qcow2'), name)
  expect(await fateOf(folder.file('top.qcow2'), 'allow')).toEqual(
    notFollowed('not-a-path', 'link-not-a-path'),
  )
})

test('a missing base is named, and only what would come from it cannot be read', async () => {
  await using folder = await tempFolder()
  const top = folder.file('top.qcow2')
  await overlay(top, 'gone.qcow2')
  await create(folder.file('gone.qcow2'))
  await qemuIo(top, 'write -P 7 64k 64k')
  await rm(folder.file('gone.qcow2'))
  expect(await fateOf(top)).toEqual(notFollowed('missing', 'link-missing'))

  await using opened = await openImage(nodeHost, top)
  const own = new Uint8Array(65_536)
  await opened.image.read(own, 65_536)
  expect(own.every((byte) => byte === 7)).toBe(true)
})

test('loops are found by the file, whatever its names', async () => {
  await using folder = await tempFolder()
  await overlay(folder.file('self.qcow2'), 'self.qcow2')
  expect(await fateOf(folder.file('self.qcow2'))).toEqual(notFollowed('loop', 'chain-loop'))
  await overlay(folder.file('a.qcow2'), 'b.qcow2')
  await overlay(folder.file('b.qcow2'), 'other-name.qcow2')
  await symlink('a.qcow2', folder.file('other-name.qcow2'))
  expect(await fateOf(folder.file('a.qcow2'))).toEqual(notFollowed('loop', 'chain-loop'))
  expect(openFilesBelow(folder.path)).toEqual([])
})

const nameOf = (index: number) => `${index}`.padStart(3, '0')

test('a chain without end stops', async () => {
  await using folder = await tempFolder()
  await overlay(folder.file('000.qcow2'), '001.qcow2')
  // One image, and copies of it that differ only in the digits of the name they link to.
  for (let index = 1; index < 80; index++) {
    await copyFile(folder.file('000.qcow2'), folder.file(`${nameOf(index)}.qcow2`))
    const rebase = ['rebase', '-u', '-b', `${nameOf(index + 1)}.qcow2`, '-F', 'qcow2']
    await qemuImg(...rebase, folder.file(`${nameOf(index)}.qcow2`))
  }
  const states = await statesOf(folder.file('000.qcow2'))
  expect(states).toHaveLength(65)
  expect(states.at(-1)).toMatchObject({ state: 'too-deep', reason: 'chain-too-deep' })
  expect(openFilesBelow(folder.path)).toEqual([])
})

test('a base that is broken or in a foreign format is unreadable, with its reason', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('base.qcow2'), 'no image at all')
  await overlay(folder.file('top.qcow2'), 'base.qcow2')
  expect(await fateOf(folder.file('top.qcow2'))).toEqual(
    notFollowed('unreadable', 'header-cut-short'),
  )
  await qemuImg('create', '-q', '-f', 'vdi', folder.file('base.vdi'), '1M')
  await overlay(folder.file('other.qcow2'), 'base.vdi', 'vdi')
  expect(await fateOf(folder.file('other.qcow2'))).toEqual(
    notFollowed('unreadable', 'format-not-supported'),
  )
  await mkdir(folder.file('base'))
  await overlay(folder.file('third.qcow2'), 'base')
  expect(await fateOf(folder.file('third.qcow2'))).toEqual(
    notFollowed('unreadable', 'file-is-folder'),
  )
})

test('a data file goes through the same gate', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('vm'))
  const top = folder.file('vm', 'top.qcow2')
  await create(top, '-o', `data_file=${folder.file('data.raw')}`)
  await qemuIo(top, 'write -P 7 0 64k')
  expect(await statesOf(top)).toMatchObject([
    { role: 'image', state: 'open' },
    { role: 'data file', state: 'refused', reason: 'link-refused' },
  ])
  expect(await fateOf(top)).toEqual(notFollowed('refused', 'link-refused'))
  await using opened = await openImage(nodeHost, top, { links: 'allow' })
  const content = new Uint8Array(512)
  await opened.image.read(content, 0)
  expect(content.every((byte) => byte === 7)).toBe(true)
})

test('what is no image is refused with a reason, and nothing stays open', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('text'), 'hello')
  await writeFile(folder.file('empty.qcow2'), '')
  await qemuImg('create', '-q', '-f', 'vmdk', folder.file('disk.vmdk'), '1M')
  const refusal = async (name: string, format?: 'qcow2' | 'raw') => {
    await using opened = await openImage(nodeHost, folder.file(name), { format })
    return opened.image
  }
  await expect(refusal('text')).rejects.toMatchObject({
    reason: 'unknown-format',
    context: { found: '68 65 6c 6c 6f', path: folder.file('text') },
  })
  await expect(refusal('empty.qcow2')).rejects.toMatchObject({ reason: 'file-empty' })
  await expect(refusal('disk.vmdk')).rejects.toMatchObject({
    reason: 'format-not-supported',
    context: { format: 'VMDK (sparse)' },
  })
  await expect(refusal('text', 'qcow2')).rejects.toMatchObject({ reason: 'header-cut-short' })
  expect((await refusal('text', 'raw')).virtualSize).toBe(512)
  expect(openFilesBelow(folder.path)).toEqual([])
})

test('a base without a format and without a signature is read as raw, and said to be assumed', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('base'), Buffer.alloc(1 << 20, 0x5a))
  const path = await new Qcow2Builder({ backing: { name: 'base' } }).writeTo(
    folder.file('top.qcow2'),
  )
  await using opened = await openImage(nodeHost, path)
  expect(opened.chain).toMatchObject([
    { role: 'image', format: 'qcow2', formatAssumed: false },
    { role: 'backing file', format: 'raw', formatAssumed: true },
  ])
})
