/** Another name or another place for a file, on real volumes. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import {
  chmod,
  link,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { relocate, type RelocateOptions } from '../../../../core/operations/relocate.ts'
import { holdingProcess } from '../../../helpers/holding-process.ts'
import { folderOnOtherVolume, hasOneVolume } from '../../../helpers/other-volume.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const MIB = 2 ** 20

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  const error = ImageError.from(
    await work.then(
      () => 'nothing was thrown',
      (thrown: unknown) => thrown,
    ),
  )
  expect(JSON.stringify(error.explanation)).not.toMatch(/undefined|NaN/)
  return error.reason
}

const digestOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** Data at both ends and in the middle, holes between. */
async function sparseFile(file: string, length = 48 * MIB): Promise<void> {
  await writeFile(file, Buffer.alloc(MIB, 7))
  await truncate(file, length)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(MIB, 9), 0, MIB, length / 2)
  await handle.write(Buffer.alloc(4096, 11), 0, 4096, length - 4096)
  await handle.close()
}

it('a file gets another name and stays the same file', async () => {
  await using folder = await tempFolder()
  const [from, to] = [folder.file('a.img'), folder.file('b.img')]
  await sparseFile(from)
  const { ino } = await stat(from)
  const { copied } = await relocate(nodeHost, from, to)
  expect(copied).toBeUndefined()
  expect((await stat(to)).ino).toBe(ino)
  expect(await readdir(folder.path)).toEqual(['b.img'])
})

it('no file is ever replaced', async () => {
  await using folder = await tempFolder()
  const [from, to] = [folder.file('a.img'), folder.file('b.img')]
  await writeFile(from, 'one')
  await writeFile(to, 'two')
  expect(await reasonOf(relocate(nodeHost, from, to))).toBe('name-taken')
  expect(await readFile(to, 'utf8')).toBe('two')
  await link(from, folder.file('A.img'))
  expect(await reasonOf(relocate(nodeHost, from, folder.file('A.img')))).toBe('name-taken')
  expect((await readdir(folder.path)).toSorted()).toEqual(['A.img', 'a.img', 'b.img'])
})

it('capitals alone can change', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('disk.img'), 'one')
  await relocate(nodeHost, folder.file('disk.img'), folder.file('DISK.img'))
  expect(await readdir(folder.path)).toEqual(['DISK.img'])
})

it('a file that somebody has open stays where it is', async () => {
  await using folder = await tempFolder()
  const from = folder.file('a.img')
  await sparseFile(from)
  await using holder = await holdingProcess(from)
  expect(await holder.order('write')).toBe('done')
  expect(await reasonOf(relocate(nodeHost, from, folder.file('b.img')))).toBe('file-in-use')
  expect(await readdir(folder.path)).toEqual(['a.img'])
})

it('another file in its place is not taken for it, and a link is no image', async () => {
  await using folder = await tempFolder()
  const from = folder.file('a.img')
  await writeFile(from, 'one')
  const identity = '1:2'
  expect(await reasonOf(relocate(nodeHost, from, folder.file('b.img'), { identity }))).toBe(
    'file-changed',
  )
  await symlink('a.img', folder.file('link.img'))
  expect(await reasonOf(relocate(nodeHost, folder.file('link.img'), folder.file('c.img')))).toBe(
    'move-of-link',
  )
  expect((await readdir(folder.path)).toSorted()).toEqual(['a.img', 'link.img'])
})

it('a folder that is not there is named', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a.img'), 'one')
  const lost = relocate(nodeHost, folder.file('a.img'), folder.file('gone', 'a.img'))
  expect(await reasonOf(lost)).toBe('folder-missing')
  expect(await readdir(folder.path)).toEqual(['a.img'])
})

it('what has to be right in between sees both names, and undoes the move when it fails', async () => {
  await using folder = await tempFolder()
  const [from, to] = [folder.file('a.img'), folder.file('b.img')]
  await writeFile(from, 'one')
  const refuse: RelocateOptions = {
    whilePlaced: {
      apply: async () => {
        expect((await readdir(folder.path)).toSorted()).toEqual(['a.img', 'b.img'])
        throw new ImageError('overlay-not-told', { path: from, link: to })
      },
      revert: async () => undefined,
    },
  }
  expect(await reasonOf(relocate(nodeHost, from, to, refuse))).toBe('overlay-not-told')
  expect(await readdir(folder.path)).toEqual(['a.img'])
  await relocate(nodeHost, from, to, {
    whilePlaced: { apply: async () => undefined, revert: async () => undefined },
  })
  expect(await readdir(folder.path)).toEqual(['b.img'])
})

it('a file that takes the old name meanwhile is not removed with it', async () => {
  await using folder = await tempFolder()
  await using other = await folderOnOtherVolume()
  for (const to of [folder.file('b.img'), ...(hasOneVolume ? [] : [other.file('b.img')])]) {
    const from = folder.file('a.img')
    await writeFile(from, 'one')
    const reverted: string[] = []
    const whilePlaced = {
      apply: async () => {
        await writeFile(folder.file('new.img'), 'somebody else’s')
        await rename(folder.file('new.img'), from)
      },
      revert: async () => void reverted.push(to),
    }
    expect(await reasonOf(relocate(nodeHost, from, to, { whilePlaced }))).toBe('file-changed')
    expect(await readFile(from, 'utf8')).toBe('somebody else’s')
    expect(reverted).toEqual([to])
    expect(await readdir(path.dirname(to))).not.toContain('b.img')
  }
})

it('a file whose old name somebody removes meanwhile keeps the new one', async () => {
  await using folder = await tempFolder()
  await using other = await folderOnOtherVolume()
  for (const to of [folder.file('b.img'), ...(hasOneVolume ? [] : [other.file('b.img')])]) {
    const from = folder.file('a.img')
    await writeFile(from, 'one')
    const whilePlaced = { apply: () => rm(from), revert: async () => undefined }
    await relocate(nodeHost, from, to, { whilePlaced })
    expect(await readFile(to, 'utf8')).toBe('one')
  }
})

it.skipIf(hasOneVolume)(
  'on another volume it is a copy that is proved, with holes, mode and times',
  async () => {
    await using folder = await tempFolder()
    await using other = await folderOnOtherVolume()
    const [from, to] = [folder.file('a.img'), other.file('b.img')]
    await sparseFile(from)
    await chmod(from, 0o640)
    const long = new Date('2024-05-06T07:08:09Z')
    await utimes(from, long, long)
    const before = await digestOf(from)
    const phases = new Set<string>()
    const { copied, identity } = await relocate(nodeHost, from, to, {
      onProgress: ({ phase }) => phases.add(phase),
    })
    expect([...phases]).toEqual(['data', 'proof'])
    expect(copied).toMatchObject({ digest: before, proof: 'sha256', rightsLost: undefined })
    const after = await stat(to)
    expect(await digestOf(to)).toBe(before)
    expect(after.blocks * 512).toBeLessThan(4 * MIB)
    expect(after.mode & 0o777).toBe(0o640)
    expect(after.mtime).toEqual(long)
    expect(identity).toBe(`${after.dev}:${after.ino}`)
    expect(await readdir(folder.path)).toEqual([])
    expect(await readdir(other.path)).toEqual(['b.img'])
  },
)

it.skipIf(hasOneVolume)(
  'a cancel, and a failure in between, leave the file and no copy',
  async () => {
    await using folder = await tempFolder()
    await using other = await folderOnOtherVolume()
    const [from, to] = [folder.file('a.img'), other.file('b.img')]
    await sparseFile(from)
    const before = await digestOf(from)
    for (const phase of ['data', 'proof']) {
      const stop = new AbortController()
      const moved = relocate(nodeHost, from, to, {
        signal: stop.signal,
        onProgress: (progress) => progress.phase === phase && stop.abort(),
      })
      expect(await reasonOf(moved)).toBe('cancelled')
    }
    const whilePlaced = {
      apply: () => Promise.reject(new ImageError('overlay-not-told', { path: from })),
      revert: async () => undefined,
    }
    expect(await reasonOf(relocate(nodeHost, from, to, { whilePlaced }))).toBe('overlay-not-told')
    await writeFile(to, 'in the way')
    expect(await reasonOf(relocate(nodeHost, from, to))).toBe('name-taken')
    expect(await readFile(to, 'utf8')).toBe('in the way')
    expect(await digestOf(from)).toBe(before)
    expect(await readdir(other.path)).toEqual(['b.img'])
  },
)

const coreUrl = (name: string) => new URL(`../../../../core/${name}`, import.meta.url).href

const killedMove = `
  import { nodeHost } from ${JSON.stringify(coreUrl('io/node-host.ts'))}
  import { relocate } from ${JSON.stringify(coreUrl('operations/relocate.ts'))}
  const [from, to, phase] = process.argv.slice(1)
  const wait = () => { process.stdout.write('here'); for (;;) {} }
  await relocate(nodeHost, from, to, {
    onProgress: (progress) => { if (progress.phase === phase && progress.done > 0) wait() },
    whilePlaced: { apply: async () => { if (phase === 'placed') wait() }, revert: async () => {} },
  })`

it.skipIf(hasOneVolume)(
  'a killed move leaves the file whole, and the next one cleans up',
  async () => {
    await using folder = await tempFolder()
    await using other = await folderOnOtherVolume()
    const [from, to] = [folder.file('a.img'), other.file('b.img')]
    await sparseFile(from)
    const before = await digestOf(from)
    for (const phase of ['data', 'proof', 'placed']) {
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', killedMove, from, to, phase],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      expect(await digestOf(from)).toBe(before)
      const left = await readdir(other.path)
      expect(left.map((name) => name.replace(/[0-9a-f]{12}$/, ''))).toEqual([
        phase === 'placed' ? 'b.img' : '.b.img.platter-',
      ])
    }
    expect(await digestOf(to)).toBe(before)
    const next = path.join(other.path, 'c.img')
    await relocate(nodeHost, to, next)
    await relocate(nodeHost, from, to)
    expect((await readdir(other.path)).toSorted()).toEqual(['b.img', 'c.img'])
    expect(await digestOf(to)).toBe(before)
  },
)
