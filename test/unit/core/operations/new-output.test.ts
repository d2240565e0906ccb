import {
  chmod,
  link,
  lstat,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { makeOutput, type NewOutputOptions } from '../../../../core/operations/new-output.ts'
import { reasonOf } from '../../../helpers/devices.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'
import { crashStates } from '../../../storage/crash-states.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'

const text = 'the new content'

const make = (path: string, options: NewOutputOptions = {}, host = nodeHost) =>
  makeOutput(host, path, options, async (file) => {
    await file.write(Buffer.from(text), 0, 'data')
    return 'done'
  })

async function oldFile(folder: TempFolder, name = 'disk.raw'): Promise<string> {
  const path = folder.file(name)
  await writeFile(path, 'the old content')
  return path
}

test('the file has its name, and nothing else is left beside it', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const made = await make(path)
  expect(made).toMatchObject({ path, replaced: false, fileLength: text.length, result: 'done' })
  expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual([text, ['disk.raw']])
})

test('while it is written, it has another name', async () => {
  await using folder = await tempFolder()
  const names = await makeOutput(nodeHost, folder.file('disk.raw'), {}, () => readdir(folder.path))
  expect(names.result).toEqual([expect.stringMatching(/^\.disk\.raw\.platter-[0-9a-f]{12}$/)])
})

test.each(['file', 'folder', 'link', 'link to nowhere'])(
  'a %s of that name is refused before anything is written',
  async (what) => {
    await using folder = await tempFolder()
    const other = await oldFile(folder, 'other')
    const path = folder.file('disk.raw')
    if (what === 'file') await writeFile(path, '')
    if (what === 'folder') await symlink(folder.path, path)
    if (what === 'link') await symlink(other, path)
    if (what === 'link to nowhere') await symlink('nowhere', path)
    let begun = false
    const making = makeOutput(nodeHost, path, {}, async () => {
      begun = true
    })
    const reason = what === 'folder' ? 'file-is-folder' : 'output-exists'
    expect([await reasonOf(making), begun]).toEqual([reason, false])
    expect((await readdir(folder.path)).toSorted()).toEqual(['disk.raw', 'other'])
  },
)

test('a file that somebody makes meanwhile is not replaced', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const making = makeOutput(nodeHost, path, {}, () => writeFile(path, 'theirs'))
  expect(await reasonOf(making)).toBe('output-exists')
  expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual([
    'theirs',
    ['disk.raw'],
  ])
})

test('overwriting leaves the old file until the new one is whole', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  const made = await makeOutput(nodeHost, path, { overwrite: true }, async (file) => {
    await file.write(Buffer.from(text), 0, 'data')
    return await readFile(path, 'utf8')
  })
  expect(made).toMatchObject({ path, replaced: true, result: 'the old content' })
  expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual([text, ['disk.raw']])
})

test('a file that replaces another has its rights, and a time of its own', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  await chmod(path, 0o640)
  const before = Date.now() - 5000
  await make(path, { overwrite: true })
  const { mode, mtimeMs } = await stat(path)
  expect([mode % 0o1000, mtimeMs > before]).toEqual([0o640, true])
})

test('a new file has the usual rights', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('usual'), '')
  await make(folder.file('disk.raw'))
  expect((await stat(folder.file('disk.raw'))).mode).toBe((await stat(folder.file('usual'))).mode)
})

test('overwriting a symbolic link replaces the file it leads to, and the link stays', async () => {
  await using folder = await tempFolder()
  const old = await oldFile(folder)
  const path = folder.file('link.raw')
  await symlink('disk.raw', path)
  expect(await make(path, { overwrite: true })).toMatchObject({ path: old, replaced: true })
  expect([(await lstat(path)).isSymbolicLink(), await readlink(path)]).toEqual([true, 'disk.raw'])
  expect(await readFile(old, 'utf8')).toBe(text)
})

test('overwriting a link that leads nowhere is refused', async () => {
  await using folder = await tempFolder()
  const path = folder.file('link.raw')
  await symlink('nowhere', path)
  expect(await reasonOf(make(path, { overwrite: true }))).toBe('file-not-regular')
  expect(await readdir(folder.path)).toEqual(['link.raw'])
})

test('overwriting replaces one name: another one keeps the old content', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  await link(path, folder.file('other.raw'))
  await make(path, { overwrite: true })
  expect(await readFile(folder.file('other.raw'), 'utf8')).toBe('the old content')
})

test('a file that somebody has open is not overwritten', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  await using _reader = await nodeHost.openForHolding(path)
  expect(await reasonOf(make(path, { overwrite: true }))).toBe('file-in-use')
  expect(await readFile(path, 'utf8')).toBe('the old content')
})

test('a file that another one takes the place of at the last moment is not replaced', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  const theirs = folder.file('theirs')
  await writeFile(theirs, 'theirs')
  const host = {
    ...nodeHost,
    async copyRights(from: string, to: string): Promise<void> {
      await nodeHost.copyRights(from, to)
      await rename(theirs, path)
    },
  }
  expect(await reasonOf(make(path, { overwrite: true }, host))).toBe('file-changed')
  expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual([
    'theirs',
    ['disk.raw'],
  ])
})

test('what is read is not overwritten, and the words say why', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  await using source = await nodeHost.openForHolding(path)
  const making = make(path, { overwrite: true, sources: [source] })
  expect(await reasonOf(making)).toBe('output-is-source')
})

test('a folder that is missing is named with the file', async () => {
  await using folder = await tempFolder()
  const path = folder.file('missing', 'disk.raw')
  await expect(make(path)).rejects.toMatchObject({ reason: 'folder-missing', context: { path } })
})

test('a failure leaves nothing, and the file that was to be replaced', async () => {
  await using folder = await tempFolder()
  const path = await oldFile(folder)
  const failing = makeOutput(nodeHost, path, { overwrite: true }, async (file) => {
    await file.write(Buffer.from(text), 0, 'data')
    throw new ImageError('cancelled')
  })
  expect(await reasonOf(failing)).toBe('cancelled')
  expect(await readdir(folder.path)).toEqual(['disk.raw'])
  expect(await readFile(path, 'utf8')).toBe('the old content')
})

test('a cancel is heard until the file gets its name', async () => {
  await using folder = await tempFolder()
  const abort = new AbortController()
  const making = makeOutput(nodeHost, folder.file('a'), { signal: abort.signal }, async () => {
    abort.abort()
  })
  expect([await reasonOf(making), await readdir(folder.path)]).toEqual(['cancelled', []])
})

test('what killed processes left for that name is removed', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('.disk.raw.platter-0123456789ab'), 'left')
  await writeFile(folder.file('.other.raw.platter-0123456789ab'), 'left')
  await make(folder.file('disk.raw'))
  expect((await readdir(folder.path)).toSorted()).toEqual([
    '.other.raw.platter-0123456789ab',
    'disk.raw',
  ])
})

test('where there are no hard links, it still replaces nothing', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const host = {
    ...nodeHost,
    addName: () => Promise.reject(new ImageError('file-not-writable', { errno: 'EPERM' })),
  }
  await make(path, {}, host)
  expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual([text, ['disk.raw']])
  const racing = makeOutput(host, folder.file('other'), {}, () =>
    writeFile(folder.file('other'), ''),
  )
  expect(await reasonOf(racing)).toBe('output-exists')
})

test.each(['write', 'flush'] as const)(
  'a failed %s is told of the file by its own name',
  async (operation) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    const faults = new Faults()
    faults.add({ operation, nth: 0, fault: 'EIO' })
    const host = {
      ...nodeHost,
      createFile: async (name: string) => new FaultFile(await nodeHost.createFile(name), faults),
    }
    await expect(make(path, {}, host)).rejects.toMatchObject({
      reason: 'output-failed',
      context: { path },
    })
    expect(await readdir(folder.path)).toEqual([])
  },
)

test.each([false, true])(
  'a power cut leaves the old state or the new one (overwrite: %s)',
  async (overwrite) => {
    const log = new CrashLog<string>()
    const machine = new CrashMachine(log, overwrite ? { '/disk.raw': Buffer.from('old') } : {})
    await makeOutput(machine, '/disk.raw', { overwrite }, async (file) => {
      for (let at = 0; at < 4; at++) await file.write(Buffer.alloc(512, 'x'), at * 512, 'data')
    })
    log.mark('made')
    const whole = Buffer.alloc(2048, 'x').toString()
    for (const state of crashStates(log, { seed: 1, perCut: 20 })) {
      const found = state.files().get('/disk.raw')
      const content = found && Buffer.from(found).toString()
      const before = overwrite ? 'old' : undefined
      expect(state.mark === 'made' ? [whole] : [before, whole]).toContain(content)
    }
  },
)
