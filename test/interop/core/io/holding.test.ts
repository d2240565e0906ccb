import { readdirSync, readFileSync, readlinkSync, renameSync, unlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ImageError, type ImageErrorData } from '../../../../core/errors/image-error.ts'
import { lockedRanges } from '../../../../core/io/holders.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { NodeWritableFile } from '../../../../core/io/node-writable-file.ts'
import { openHeld } from '../../../../core/io/open-held.ts'
import { openForWriting } from '../../../../core/qcow2/open-writer.ts'
import { holdingProcess } from '../../../helpers/holding-process.ts'
import { nbdServer } from '../../../helpers/nbd-server.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { qemuImg, qemuIo, runTool } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

async function image(folder: TempFolder): Promise<string> {
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  return path
}

async function refusal(attempt: Promise<AsyncDisposable>): Promise<ImageErrorData> {
  try {
    await using _file = await attempt
  } catch (error) {
    if (error instanceof ImageError) return error.toJSON()
    throw error
  }
  throw new Error('the file was opened')
}

/** The lock bytes that a process holds on a file, by what /proc says of its descriptors. */
function bytesHeld(pid: number, path: string): number[] {
  const fdinfo = (fd: string): string => {
    try {
      const isIt = readlinkSync(`/proc/${pid}/fd/${fd}`) === path
      return isIt ? readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1') : ''
    } catch {
      // The descriptor that listed the folder is closed by now.
      return ''
    }
  }
  return readdirSync(`/proc/${pid}/fd`)
    .flatMap((fd) => lockedRanges(fdinfo(fd)))
    .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .toSorted((a, b) => a - b)
}

const qemuWrite = (path: string) => runTool('qemu-io', ['-c', 'write -P 7 0 64k', path])
const qemuRead = (path: string) => runTool('qemu-io', ['-r', '-c', 'read 0 64k', path])

test('the bytes that are held are those that QEMU holds', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  const heldByQemu = async (...args: string[]) => {
    await using session = await qemuSession(path, ...args)
    return bytesHeld(session.pid, path)
  }
  const heldByUs = async (opened: Promise<AsyncDisposable>, name = path) => {
    await using _file = await opened
    return bytesHeld(process.pid, name)
  }

  const writer = await heldByQemu()
  expect(writer).toEqual([100, 101, 103, 201, 203])
  expect(await heldByUs(nodeHost.openForWriting(path))).toEqual(writer)
  const made = folder.file('new.raw')
  expect(await heldByUs(nodeHost.createFile(made), made)).toEqual(writer)

  const reader = await heldByQemu('-r')
  expect(reader).toEqual([100, 201, 203])
  expect(await heldByUs(nodeHost.openForHolding(path))).toEqual(reader)
})

test('QEMU neither writes nor reads what is held for writing, until it is closed', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  {
    await using _held = await nodeHost.openForWriting(path)
    expect((await qemuWrite(path)).stderr).toContain('Failed to get "write" lock')
    expect((await qemuRead(path)).stderr).toContain('Failed to get shared "write" lock')
  }
  await qemuIo(path, 'write -P 7 0 64k')
})

test('QEMU reads but does not write what is held for reading, until it is closed', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  {
    await using _held = await nodeHost.openForHolding(path)
    expect((await qemuWrite(path)).stderr).toContain('Failed to get "write" lock')
    expect((await qemuRead(path)).stdout).toContain('read 65536/65536')
  }
  await qemuIo(path, 'write -P 7 0 64k')
})

test('what QEMU writes to is refused with its name and process, and works once it is gone', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  {
    await using writer = await qemuSession(path)
    for (const open of ['openForWriting', 'openForHolding'] as const) {
      expect(await refusal(nodeHost[open](path))).toMatchObject({
        reason: 'file-in-use',
        kind: 'locked',
        explanation: {
          title: 'disk.qcow2 is in use',
          detail: `qemu-io (PID ${writer.pid}) has ${path} open for writing.`,
          safety: 'Nothing was changed.',
        },
      })
    }
    expect(await writer.run('write -P 9 64k 64k')).toContain('wrote 65536/65536')
  }
  await using _held = await nodeHost.openForWriting(path)
})

test('what qemu-nbd serves is refused, and served to nobody while it is held', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  {
    await using server = await nbdServer(path, '-f', 'qcow2')
    const { context } = await refusal(nodeHost.openForWriting(path))
    expect(context.holder).toBe(`qemu-nbd (PID ${server.pid})`)
  }
  {
    await using server = await nbdServer(path, '-r', '-f', 'qcow2')
    const { context } = await refusal(nodeHost.openForWriting(path))
    expect(context).toMatchObject({ holder: `qemu-nbd (PID ${server.pid})`, found: 'reading' })
    await using _beside = await nodeHost.openForHolding(path)
  }
  await using _held = await nodeHost.openForWriting(path)
  await expect(nbdServer(path, '-f', 'qcow2')).rejects.toThrow(/Failed to get "write" lock/)
})

test('what QEMU reads may be read, not written', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using reader = await qemuSession(path, '-r')
  expect((await refusal(nodeHost.openForWriting(path))).explanation.detail).toBe(
    `qemu-io (PID ${reader.pid}) has ${path} open for reading.`,
  )
  await using _held = await nodeHost.openForHolding(path)
  expect(await reader.run('read 0 64k')).toContain('read 65536/65536')
})

test('a program that reads and shares everything is in nobody’s way', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using _reader = await qemuSession(path, '-r', '-U')
  await using held = await nodeHost.openForWriting(path)
  expect(nodeHost.readUse(held).state).toBe('reading')
})

test('the base of an overlay that is open is refused for writing only', async () => {
  await using folder = await tempFolder()
  const base = await image(folder)
  const overlay = folder.file('overlay.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', overlay)
  {
    await using running = await qemuSession(overlay)
    expect(await refusal(nodeHost.openForWriting(base))).toMatchObject({
      reason: 'file-in-use',
      context: { path: base, holder: `qemu-io (PID ${running.pid})`, found: 'reading' },
    })
    await using _held = await nodeHost.openForHolding(base)
    expect(await running.run('write -P 9 64k 64k')).toContain('wrote 65536/65536')
  }
  await using _held = await nodeHost.openForHolding(base)
  expect((await qemuWrite(base)).stderr).toContain('Failed to get "write" lock')
  await qemuIo(overlay, 'write -P 7 0 64k')
})

test.each([
  ['writes to', 'written to', 'write', 'openForWriting'],
  ['writes to', 'read', 'write', 'openForHolding'],
  ['reads', 'written to', 'hold', 'openForWriting'],
] as const)('what another Platter %s cannot be %s until it is closed', async (...row) => {
  const [, , theirs, ours] = row
  await using folder = await tempFolder()
  const path = await image(folder)
  await using other = await holdingProcess(path)
  expect(await other.order(theirs)).toBe('done')
  expect((await refusal(nodeHost[ours](path))).context.holder).toContain(`(PID ${other.pid})`)
  expect(await other.order('close')).toBe('done')
  await using _after = await nodeHost[ours](path)
})

test('what another Platter reads can be read', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using other = await holdingProcess(path)
  expect(await other.order('hold')).toBe('done')
  await using beside = await nodeHost.openForHolding(path)
  expect(beside.size()).toBeGreaterThan(0)
})

test('a process that is killed lets go of what it held', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using other = await holdingProcess(path)
  expect(await other.order('write')).toBe('done')
  await other.kill()
  await using _held = await nodeHost.openForWriting(path)
})

test('the same program does not open a file twice for writing either, and says so', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using _held = await nodeHost.openForWriting(path)
  const { context } = await refusal(nodeHost.openForWriting(path))
  expect(context.holder).toContain(`(PID ${process.pid}, this program itself)`)
})

test('looking at a file holds nothing, and is not taken for holding', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using looked = await nodeHost.openFile(path)
  {
    await using _held = await nodeHost.openForWriting(path)
    expect(nodeHost.readUse(looked)).toMatchObject({
      state: 'writing',
      holders: [{ pid: process.pid }],
    })
  }
  await qemuIo(path, 'write -P 7 0 64k')
  expect(nodeHost.readUse(looked)).toMatchObject({ state: 'free', holders: [] })
})

test('the VM of a holder is named when its command line tells', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using other = await holdingProcess(path, '-name', 'guest=web01')
  await other.order('write')
  const { context } = await refusal(nodeHost.openForWriting(path))
  expect(context.holder).toContain(`(PID ${other.pid}, VM web01)`)
})

test('a program that has a file open for writing without any lock is in the way of writing', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using other = await holdingProcess(path)
  expect(await other.order('bare')).toBe('done')
  expect(await refusal(nodeHost.openForWriting(path))).toMatchObject({
    reason: 'file-in-use',
    context: { holder: expect.stringContaining(`(PID ${other.pid})`), found: 'writing' },
  })
  await other.kill()
  await using _held = await nodeHost.openForWriting(path)
})

test('an attempt that fails leaves no descriptor and no lock byte behind', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  {
    await using writer = await qemuSession(path)
    await refusal(nodeHost.openForWriting(path))
    await refusal(nodeHost.openForHolding(path))
    expect(openFilesBelow(folder.path)).toEqual([])
    // QEMU asks for its permissions anew here: a byte of ours would make that fail.
    expect(await writer.run('reopen -r')).not.toContain('lock')
    expect(await writer.run('reopen -w')).not.toContain('lock')
    expect(await writer.run('write -P 9 64k 64k')).toContain('wrote 65536/65536')
  }
  await qemuIo(path, 'write -P 7 0 64k')
})

test('somebody who looks for a moment is waited for', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  const reader = await nodeHost.openForHolding(path)
  const writer = nodeHost.openForWriting(path)
  await reader.close()
  await using held = await writer
  expect(nodeHost.readUse(held).state).toBe('free')
})

test('a file that is replaced before it is locked is not the one that is written to', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await writeFile(folder.file('new'), 'new')
  let opened = 0
  await using file = await openHeld('writer', () => {
    const first = NodeWritableFile.open(path)
    if (opened++ === 0) renameSync(folder.file('new'), path)
    return first
  })
  expect(opened).toBe(2)
  expect(file.size()).toBe(3)
  await expect(
    openHeld('writer', () => {
      const gone = NodeWritableFile.create(folder.file('gone'))
      unlinkSync(gone.name)
      return gone
    }),
  ).rejects.toMatchObject({ reason: 'file-changed' })
  expect(openFilesBelow(folder.path)).toEqual([path])
})

test('of QEMU and us, starting at once, one gets the image', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  const settled = async <Opened extends AsyncDisposable>(opening: Promise<Opened>) => {
    await using stack = new AsyncDisposableStack()
    const held = await opening.then(
      (opened) => stack.use(opened),
      () => undefined,
    )
    return { held: held !== undefined, letGo: stack.move() }
  }
  for (let round = 0; round < 5; round++) {
    const [theirs, ours] = await Promise.all([
      settled(qemuSession(path)),
      settled(nodeHost.openForWriting(path)),
    ])
    expect([theirs.held, ours.held].filter(Boolean)).toHaveLength(1)
    await theirs.letGo.disposeAsync()
    await ours.letGo.disposeAsync()
  }
})

test('of several that start at once one gets the file, and never two', async () => {
  await using folder = await tempFolder()
  const path = await image(folder)
  await using first = await holdingProcess(path)
  await using second = await holdingProcess(path)
  await using third = await holdingProcess(path)
  const all = [first, second, third]
  let wins = 0
  for (let round = 0; round < 6; round++) {
    const answers = await Promise.all(all.map((each) => each.order('write')))
    const held = answers.filter((answer) => answer === 'done').length
    expect(held).toBeLessThanOrEqual(1)
    wins += held
    await Promise.all(all.map((each) => each.order('close')))
  }
  expect(wins).toBeGreaterThan(0)
})

test('an image that is open for writing holds its data file like itself, and its base as QEMU does', async () => {
  await using folder = await tempFolder()
  const base = await image(folder)
  const [top, data] = [folder.file('top.qcow2'), folder.file('top.data')]
  const places = ['-b', base, '-F', 'qcow2', '-o', `data_file=${data}`]
  await qemuImg('create', '-q', '-f', 'qcow2', ...places, top)
  {
    const opened = await openForWriting(nodeHost, top)
    await using _held = opened.kind === 'qcow2' ? opened.image : opened.file
    expect(bytesHeld(process.pid, top)).toEqual([100, 101, 103, 201, 203])
    expect(bytesHeld(process.pid, data)).toEqual([100, 101, 103, 201, 203])
    expect(bytesHeld(process.pid, base)).toEqual([100, 201, 203])
  }
  expect(openFilesBelow(folder.path)).toEqual([])
  await using user = await holdingProcess(data)
  await user.order('hold')
  await expect(openForWriting(nodeHost, top)).rejects.toMatchObject({
    reason: 'file-in-use',
    context: { path: data },
  })
  expect(openFilesBelow(folder.path)).toEqual([])
})

test('a file is made where none was, and never over one', async () => {
  await using folder = await tempFolder()
  const path = folder.file('new.qcow2')
  {
    await using made = await nodeHost.createFile(path)
    made.writeNow(Buffer.from('mine'), 0, 'header')
    await made.flush()
    await nodeHost.flushFolder(folder.path)
    const { context } = await refusal(nodeHost.openForWriting(path))
    expect(context.holder).toContain(`PID ${process.pid}`)
  }
  expect((await refusal(nodeHost.createFile(path))).reason).toBe('file-exists')
  expect(await readFile(path, 'latin1')).toBe('mine')
  await nodeHost.removeFile(path)
  expect((await refusal(nodeHost.openForWriting(path))).reason).toBe('file-missing')
  expect((await refusal(nodeHost.createFile(folder.file('no', 'where')))).reason).toBe(
    'folder-missing',
  )
})

test('a file of any kind can be held, also an empty one', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('empty'), '')
  await using _held = await nodeHost.openForWriting(folder.file('empty'))
  expect((await refusal(nodeHost.openForHolding(folder.file('empty')))).reason).toBe('file-in-use')
})
