import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  link,
  lstat,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { rewriteAside, type RewriteOptions } from '../../../../core/operations/rewrite-aside.ts'
import { swapInPlaceOf } from '../../../../core/operations/rewrite-swap.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { reasonOf } from '../../../helpers/devices.ts'
import { qemuCheck, qemuImg, qemuIo, runTool } from '../../../helpers/qemu.ts'
import { cannotMount, coreModule, onSmallDisk } from '../../../helpers/small-disk.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'

const isRoot = process.getuid?.() === 0
const withoutCapabilities = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all']

/** Half of it was discarded again, so that there is something to be gained. */
async function holeyImage(folder: TempFolder, name = 'disk.qcow2'): Promise<string> {
  const image = folder.file(name)
  await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
  await qemuIo(image, 'write -P 0x11 0 1M', 'write -P 0x22 3M 1M')
  await qemuImg('snapshot', '-c', 'kept', image)
  await qemuIo(image, 'write -P 0x33 1M 2M', 'discard 1M 2M', 'write -P 0x44 7M 64k')
  return image
}

const mustHoldWhatItHeld = async (image: string): Promise<void> => {
  expect(await qemuCheck(image)).toMatchObject({ exitCode: 0, stderr: '' })
  await qemuIo(image, 'read -P 0x11 0 1M', 'read -P 0x22 3M 1M', 'read -P 0x44 7M 64k')
}

/** Holds the image, writes it anew and exchanges the two. */
async function rewrite(image: string, options: RewriteOptions = {}) {
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  await using rewritten = await rewriteAside(nodeHost, source, options)
  return await swapInPlaceOf(nodeHost, source, rewritten, { signal: options.signal })
}

const digest = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

test('a rewritten image has the name of the old one, is shorter and holds the same', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await stat(image)
  const outcome = await rewrite(image)
  const after = await stat(image)
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  expect(outcome).toMatchObject({
    path: image,
    keptAs: undefined,
    before: { fileLength: before.size, allocatedBytes: before.blocks * 512 },
    after: { fileLength: after.size, allocatedBytes: after.blocks * 512 },
  })
  expect(after.size).toBeLessThan(before.size - 1.5 * 2 ** 20)
  expect(after.ino).not.toBe(before.ino)
  await mustHoldWhatItHeld(image)
})

test('rights, times and owner are those of the old file, which nobody else could read meanwhile', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await chmod(image, 0o640)
  if (isRoot) await chown(image, 12_345, 54_321)
  await utimes(image, 1_600_000_000, 1_600_000_001)
  const before = await stat(image)
  const modes: number[] = []
  const onProgress = async () => {
    for (const name of await readdir(folder.path)) {
      if (name.startsWith('.')) modes.push((await stat(folder.file(name))).mode % 0o1000)
    }
  }
  await rewrite(image, { onProgress: () => void onProgress().catch(() => undefined) })
  const { mode, uid, gid, mtimeMs } = await stat(image)
  expect({ mode, uid, gid, mtimeMs }).toEqual({
    mode: before.mode,
    uid: before.uid,
    gid: before.gid,
    mtimeMs: before.mtimeMs,
  })
  expect(modes[0]).toBe(0o600)
})

test('the original is kept under the name that was asked for, byte for byte', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await digest(image)
  const { keptAs } = await rewrite(image, { keepOriginalAs: 'disk.before.qcow2' })
  expect(keptAs).toBe(folder.file('disk.before.qcow2'))
  expect(await digest(folder.file('disk.before.qcow2'))).toBe(before)
  await mustHoldWhatItHeld(image)
  expect((await stat(image)).nlink).toBe(1)
})

test('an exchange that was cut off behind the second name of the original can be done again', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await digest(image)
  await link(image, folder.file('old.qcow2'))
  expect(await reasonOf(rewrite(image))).toBe('rewrite-has-names')
  expect(await rewrite(image, { keepOriginalAs: 'old.qcow2' })).toMatchObject({
    keptAs: folder.file('old.qcow2'),
  })
  expect(await digest(folder.file('old.qcow2'))).toBe(before)
  await mustHoldWhatItHeld(image)
})

test('no name that somebody has is taken for the original, nor one that would be cleared away', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await writeFile(folder.file('taken'), 'mine')
  const before = await digest(image)
  expect(await reasonOf(rewrite(image, { keepOriginalAs: 'taken' }))).toBe('file-exists')
  const like = '.disk.qcow2.platter-0123456789ab'
  expect(await reasonOf(rewrite(image, { keepOriginalAs: like }))).toBe('invalid-argument')
  expect(await reasonOf(rewrite(image, { keepOriginalAs: '/proc/disk' }))).toBe(
    'rewrite-cannot-keep',
  )
  expect(await digest(image)).toBe(before)
  expect((await readdir(folder.path)).toSorted()).toEqual(['disk.qcow2', 'taken'])
  expect(await readFile(folder.file('taken'), 'utf8')).toBe('mine')
})

test('what only leads to the name that the original is to lose would not keep it', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await symlink('disk.qcow2', folder.file('link'))
  await symlink('.', folder.file('here'))
  const before = await digest(image)
  for (const keepOriginalAs of ['disk.qcow2', './disk.qcow2', 'link', 'here/disk.qcow2', image]) {
    expect(await reasonOf(rewrite(image, { keepOriginalAs }))).toBe('file-exists')
  }
  // Also with another name, which would make the count of names come out.
  await link(image, folder.file('other'))
  expect(await reasonOf(rewrite(image, { keepOriginalAs: 'link' }))).toBe('file-exists')
  expect(await digest(image)).toBe(before)
  const names = ['disk.qcow2', 'here', 'link', 'other']
  expect((await readdir(folder.path)).toSorted()).toEqual(names)
})

test('behind a symbolic link it is the file that is replaced, in its own folder', async () => {
  await using folder = await tempFolder()
  await using other = await tempFolder()
  const image = await holeyImage(folder)
  const name = other.file('link.qcow2')
  await symlink(image, name)
  expect(await rewrite(name)).toMatchObject({ path: image })
  expect((await lstat(name)).isSymbolicLink()).toBe(true)
  expect(await readlink(name)).toBe(image)
  expect([await readdir(folder.path), await readdir(other.path)]).toEqual([
    ['disk.qcow2'],
    ['link.qcow2'],
  ])
  await mustHoldWhatItHeld(name)
})

test('a file with another name is refused before anything is made', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await link(image, folder.file('twin.qcow2'))
  const before = await digest(image)
  await expect(rewrite(image)).rejects.toMatchObject({
    reason: 'rewrite-has-names',
    context: { path: image, found: 2 },
  })
  expect(await digest(image)).toBe(before)
  expect((await readdir(folder.path)).toSorted()).toEqual(['disk.qcow2', 'twin.qcow2'])
})

test('a name that came while it was written anew is noticed', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  {
    await using rewritten = await rewriteAside(nodeHost, source)
    await link(image, folder.file('twin.qcow2'))
    expect(await reasonOf(swapInPlaceOf(nodeHost, source, rewritten))).toBe('rewrite-has-names')
  }
  expect((await readdir(folder.path)).toSorted()).toEqual(['disk.qcow2', 'twin.qcow2'])
})

test('another file that took the name meanwhile stays', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await writeFile(folder.file('new'), 'something else')
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  {
    await using rewritten = await rewriteAside(nodeHost, source)
    await rename(folder.file('new'), image)
    expect(await reasonOf(swapInPlaceOf(nodeHost, source, rewritten))).toBe('file-changed')
  }
  expect(await readFile(image, 'utf8')).toBe('something else')
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
})

test('a file that would be longer never takes the place', async () => {
  await using folder = await tempFolder()
  const image = folder.file('disk.qcow2')
  // Its last cluster is cut.
  await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
  const before = await digest(image)
  const { size } = await stat(image)
  await expect(rewrite(image)).rejects.toMatchObject({
    reason: 'rewrite-not-smaller',
    context: { field: 'length', limit: size },
  })
  expect(await digest(image)).toBe(before)
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
})

test('a cancel at any turn leaves the original as it was, and no file', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await digest(image)
  const { mtimeMs } = await stat(image)
  for (let turn = 0; ; turn++) {
    const abort = new AbortController()
    let seen = 0
    const onProgress = () => {
      if (seen++ === turn) abort.abort()
    }
    const reason = await reasonOf(
      rewrite(image, { signal: abort.signal, onProgress, keepOriginalAs: 'old.qcow2' }),
    )
    if (reason === 'none') break
    expect(reason).toBe('cancelled')
    expect(await digest(image)).toBe(before)
    expect((await stat(image)).mtimeMs).toBe(mtimeMs)
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  }
  // The last turn was past the end of the work.
  expect(await readdir(folder.path)).toContain('old.qcow2')
  await mustHoldWhatItHeld(image)
})

test('what a killed rewriting left is removed by the next, and nothing else', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const others = [
    '.disk.qcow2.platter-0123456789',
    '.disk.qcow2.platter-0123456789xy',
    '.other.qcow2.platter-0123456789ab',
    'disk.qcow2.platter-0123456789ab',
  ]
  for (const name of others) await writeFile(folder.file(name), 'not ours')
  await writeFile(folder.file('.disk.qcow2.platter-00ff00ff00ff'), new Uint8Array(4096))
  const heldName = '.disk.qcow2.platter-aaaaaaaaaaaa'
  {
    await using _held = await nodeHost.createFile(folder.file(heldName))
    await rewrite(image)
    expect((await readdir(folder.path)).toSorted()).toEqual(
      [...others, 'disk.qcow2', heldName].toSorted(),
    )
  }
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  await using rewritten = await rewriteAside(nodeHost, source)
  expect(rewritten.removed).toEqual([folder.file(heldName)])
})

test('a process that is killed leaves the original, and a file that is no image', async () => {
  await using folder = await tempFolder()
  const image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '256M')
  await qemuIo(image, 'write -P 0x11 0 64M', 'write -P 0x22 128M 64M', 'discard 0 32M')
  const before = await digest(image)
  const source = `
    const { nodeHost } = ${coreModule('io/node-host.ts')}
    const { rewriteAside } = ${coreModule('operations/rewrite-aside.ts')}
    const { readHeaderArea } = ${coreModule('qcow2/header-file.ts')}
    const path = ${JSON.stringify(image)}
    const file = await nodeHost.openForWriting(path)
    const onProgress = ({ phase, done, total }) => {
      if (phase === 'data' && done > total / 2) process.kill(process.pid, 'SIGKILL')
    }
    await rewriteAside(nodeHost, { path, file, area: readHeaderArea(file) }, { onProgress })
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  expect(await digest(image)).toBe(before)
  const left = (await readdir(folder.path)).filter((name) => name !== 'disk.qcow2')
  expect(left).toHaveLength(1)
  const probed = await runTool('qemu-img', ['check', '-f', 'qcow2', folder.file(left[0] ?? '')])
  expect(probed.stderr).toMatch(/not in qcow2 format/i)
  await rewrite(image)
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  await qemuIo(image, 'read -P 0 0 32M', 'read -P 0x11 32M 32M', 'read -P 0x22 128M 64M')
})

test('whoever opens the name during the exchange finds the old file or the new one, whole', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const old = (await stat(image)).ino
  const seen = new Set<string>()
  const look = async () => {
    await using file = await nodeHost.openFile(image)
    const { header } = readHeaderArea(file)
    const age = Number(file.identity?.inode) === old ? 'old' : 'new'
    seen.add(`${age} ${header.size} ${header.snapshotCount} ${file.size() > 2 ** 20}`)
  }
  const over = new AbortController()
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look()
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  })()
  await rewrite(image)
  over.abort()
  await looking
  await look()
  expect([...seen].toSorted()).toEqual([`new ${8 * 2 ** 20} 1 true`, `old ${8 * 2 ** 20} 1 true`])
})

test.skipIf(cannotMount)(
  'a disk without room for a second file says so, and has the first one (needs root or user namespaces)',
  async () => {
    await using folder = await tempFolder()
    const said = onSmallDisk(
      folder.path,
      `
      import { readFileSync, readdirSync } from 'node:fs'
      import { spawnSync } from 'node:child_process'
      const { nodeHost } = ${coreModule('io/node-host.ts')}
      const { rewriteAside } = ${coreModule('operations/rewrite-aside.ts')}
      const { readHeaderArea } = ${coreModule('qcow2/header-file.ts')}
      const folder = ${JSON.stringify(folder.path)}
      const path = folder + '/disk.qcow2'
      spawnSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', path, '4M'])
      spawnSync('qemu-io', ['-c', 'write -P 7 0 700k', path])
      const before = readFileSync(path)
      const file = await nodeHost.openForWriting(path)
      await rewriteAside(nodeHost, { path, file, area: readHeaderArea(file) }).catch((error) => {
        console.log(error.reason, error.context.path === path, error.context.errno)
        console.log(error.explanation.safety)
      })
      await file.close()
      console.log(readFileSync(path).equals(before), readdirSync(folder).join())
      `,
    )
    expect(said).toEqual([
      'rewrite-no-space true ENOSPC',
      'The image was not touched, and the new file is gone.',
      'true disk.qcow2',
    ])
  },
)

test('a folder that may not be changed is named as the cause', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  await chmod(folder.path, 0o555)
  const source = `
    const { nodeHost } = ${coreModule('io/node-host.ts')}
    const { rewriteAside } = ${coreModule('operations/rewrite-aside.ts')}
    const { readHeaderArea } = ${coreModule('qcow2/header-file.ts')}
    const path = ${JSON.stringify(image)}
    const file = await nodeHost.openForWriting(path)
    await rewriteAside(nodeHost, { path, file, area: readHeaderArea(file) }).catch((error) => {
      console.log(error.reason, error.context.errno, error.context.path)
    })
  `
  const program = [process.execPath, '--input-type=module', '-e', source]
  // Root may do everything; without its capabilities it is an owner like any other.
  const [command = '', ...given] = isRoot ? [...withoutCapabilities, ...program] : program
  const child = spawn(command, given, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
  await once(child, 'close')
  await chmod(folder.path, 0o755)
  expect(said).toBe(`rewrite-folder EACCES ${image}\n`)
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
})

test.each([
  {
    what: 'write of data',
    operation: 'write',
    tag: 'data',
    fault: 'EIO',
    reason: 'rewrite-failed',
  },
  {
    what: 'write of tables',
    operation: 'write',
    tag: 'l2-table',
    fault: 'ENOSPC',
    reason: 'rewrite-no-space',
  },
  {
    what: 'write of the header',
    operation: 'write',
    tag: 'header',
    fault: 'EIO',
    reason: 'rewrite-failed',
  },
  { what: 'flush', operation: 'flush', tag: undefined, fault: 'EIO', reason: 'rewrite-failed' },
  {
    what: 'change of length',
    operation: 'truncate',
    tag: undefined,
    fault: 'ENOSPC',
    reason: 'rewrite-no-space',
  },
] as const)('a failed $what in the new file is told, and the file goes', async (rule) => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await digest(image)
  const faults = new Faults()
  const { operation, tag, fault, reason } = rule
  faults.add({ operation, ...(tag === undefined ? {} : { tag }), nth: 0, fault })
  const host = {
    ...nodeHost,
    createPrivateFile: async (name: string) =>
      new FaultFile(await nodeHost.createPrivateFile(name), faults),
  }
  await using file = await nodeHost.openForWriting(image)
  const failing = rewriteAside(host, { path: image, file, area: readHeaderArea(file) })
  await expect(failing).rejects.toMatchObject({ reason, context: { path: image, errno: fault } })
  expect(await digest(image)).toBe(before)
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
})

test('a new file that cannot be removed is named', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const abort = new AbortController()
  const host = {
    ...nodeHost,
    removeFile: (name: string): Promise<void> =>
      Promise.reject(new ImageError('file-not-writable', { path: name, errno: 'EROFS' })),
  }
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  const stopping = rewriteAside(host, source, {
    signal: abort.signal,
    onProgress: () => abort.abort(),
  })
  const error = await stopping.catch((thrown: unknown) => thrown)
  const left = (await readdir(folder.path)).find((name) => name !== 'disk.qcow2')
  expect(error).toMatchObject({
    reason: 'rewrite-left-behind',
    context: { path: image, link: folder.file(left ?? ''), errno: 'EROFS' },
    cause: { reason: 'rewrite-left-behind', cause: { reason: 'cancelled' } },
  })
})

test('a pause is heard on the way, and the work goes on after it', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  let stand = () => {}
  const standing = new Promise<void>((resolve) => {
    stand = resolve
  })
  const pause = new PauseSwitch(() => stand())
  let turns = 0
  const slowly = () => {
    if (turns++ > 0) return
    pause.pause()
    // The next turn comes after a while only.
    const begun = performance.now()
    while (performance.now() - begun < 50);
  }
  const rewriting = rewrite(image, { pause, onProgress: slowly })
  await standing
  expect(pause.isStanding).toBe(true)
  pause.resume()
  await rewriting
  await mustHoldWhatItHeld(image)
})

test('an owner that cannot be kept is a refusal, not a change', async () => {
  await using folder = await tempFolder()
  const image = await holeyImage(folder)
  const before = await digest(image)
  const copyAttributes = async (from: string, to: string): Promise<void> => {
    // What the system says to everybody but root.
    await nodeHost.copyAttributes(from, to)
    throw new ImageError('rewrite-attributes', { path: to, field: 'owner', errno: 'EPERM' })
  }
  await using file = await nodeHost.openForWriting(image)
  const source = { path: image, file, area: readHeaderArea(file) }
  const host = { ...nodeHost, copyAttributes }
  {
    await using rewritten = await rewriteAside(host, source)
    const error = await swapInPlaceOf(host, source, rewritten).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      reason: 'rewrite-attributes',
      context: { path: image, field: 'owner' },
    })
  }
  expect(await digest(image)).toBe(before)
  expect(await readdir(folder.path)).toEqual([path.basename(image)])
})
