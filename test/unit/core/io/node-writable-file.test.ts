import { execFileSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { NodeWritableFile } from '../../../../core/io/node-writable-file.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

function refusal(attempt: () => unknown): ImageError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('it worked')
}

test('what was written is in the file, both ways, and its gap is zeroes', async () => {
  await using folder = await tempFolder()
  const path = folder.file('a')
  await using file = NodeWritableFile.create(path)
  file.writeNow(Buffer.from('head'), 0, 'header')
  await file.write(Buffer.from('tail'), 8, 'data')
  await file.flush()
  expect(await readFile(path, 'latin1')).toBe('head\0\0\0\0tail')
})

test('opening keeps what is there; making never does without asking', async () => {
  await using folder = await tempFolder()
  const path = folder.file('a')
  await writeFile(path, 'kept')
  await symlink(path, folder.file('link'))
  await symlink(folder.file('nowhere'), folder.file('dangling'))
  {
    await using file = NodeWritableFile.open(path)
    expect(file.size()).toBe(4)
  }
  for (const name of ['a', 'link', 'dangling']) {
    expect(refusal(() => NodeWritableFile.create(folder.file(name))).reason).toBe('file-exists')
  }
  expect(await readFile(path, 'latin1')).toBe('kept')
})

test('a hole that is punched gives its space back, and a reserved one takes it', async () => {
  await using folder = await tempFolder()
  await using file = NodeWritableFile.create(folder.file('a'))
  await file.write(new Uint8Array(1 << 20).fill(7), 0, 'data')
  await file.flush()
  const full = file.allocatedBytes() ?? 0
  expect(file.punchHole(256 << 10, 512 << 10)).toBe('punched')
  expect(file.allocatedBytes()).toBe(full - (512 << 10))
  expect(file.hostRun(256 << 10)).toEqual({ kind: 'hole', end: 768 << 10 })
  expect(file.size()).toBe(1 << 20)
  expect(file.allocate(256 << 10, 512 << 10)).toBe('allocated')
  expect(file.allocatedBytes()).toBe(full)
  const into = new Uint8Array(1)
  file.readNow(into, 300 << 10, 'data')
  expect(into[0]).toBe(0)
})

test('reserving past the end makes the file longer, punching past it does not', async () => {
  await using folder = await tempFolder()
  await using file = NodeWritableFile.create(folder.file('a'))
  expect(file.punchHole(0, 1 << 20)).toBe('punched')
  expect(file.size()).toBe(0)
  expect(file.allocate(4096, 4096)).toBe('allocated')
  expect(file.size()).toBe(8192)
})

test('what is no regular file, or none, is named', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('folder'))
  execFileSync('mkfifo', [folder.file('pipe')])
  expect(refusal(() => NodeWritableFile.open(folder.file('folder'))).reason).toBe('file-is-folder')
  expect(refusal(() => NodeWritableFile.open(folder.file('pipe'))).context.found).toBe('named pipe')
  expect(refusal(() => NodeWritableFile.open(folder.file('none'))).reason).toBe('file-missing')
  expect(refusal(() => NodeWritableFile.create(folder.file('no', 'where'))).reason).toBe(
    'folder-missing',
  )
  expect(refusal(() => NodeWritableFile.create('a\0b')).reason).toBe('invalid-argument')
})

test('a file and a folder that may not be changed say so', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), 'x')
  await chmod(folder.file('a'), 0o444)
  await chmod(folder.path, 0o555)
  // The super-user may write everything, so the question is asked as somebody else.
  const source = `
    const { NodeWritableFile } = await import(${JSON.stringify(new URL('../../../../core/io/node-writable-file.ts', import.meta.url).href)})
    if (process.getuid() === 0) process.setuid(65534)
    const said = (act) => { try { act() } catch (error) { console.log(error.reason, error.context.errno) } }
    said(() => NodeWritableFile.open(${JSON.stringify(folder.file('a'))}))
    said(() => NodeWritableFile.create(${JSON.stringify(folder.file('b'))}))
  `
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', source]).toString()
  await chmod(folder.path, 0o755)
  expect(said.trim().split('\n')).toEqual([
    'file-not-writable EACCES',
    'folder-not-writable EACCES',
  ])
})

test('a file that outgrows what the system allows says so, and keeps what it had', async () => {
  await using folder = await tempFolder()
  const path = folder.file('a')
  // The shell's limit on file lengths (in units of 1 KiB) stands for a file system's.
  const source = `
    const { NodeWritableFile } = await import(${JSON.stringify(new URL('../../../../core/io/node-writable-file.ts', import.meta.url).href)})
    const file = NodeWritableFile.create(${JSON.stringify(path)})
    const said = async (act) => { try { await act() } catch (error) { console.log(error.reason, error.context.errno) } }
    file.writeNow(new Uint8Array(1024), 0, 'data')
    await said(() => file.writeNow(new Uint8Array(1024), 64 * 1024, 'data'))
    await said(() => file.write(new Uint8Array(1024), 64 * 1024, 'data'))
    await said(() => file.truncate(1024 * 1024))
    await said(() => file.allocate(0, 1024 * 1024))
    console.log(file.size())
  `
  const said = execFileSync('bash', [
    '-c',
    'ulimit -f 64; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    source,
  ]).toString()
  expect(said.trim().split('\n')).toEqual([
    ...Array.from({ length: 4 }, () => 'file-too-long EFBIG'),
    '1024',
  ])
})

test('a flush that failed is the answer to everything after it', async () => {
  await using folder = await tempFolder()
  const file = NodeWritableFile.create(folder.file('a'))
  file.writeNow(Buffer.from('x'), 0, 'data')
  // Closed behind its back, so that fdatasync(2) fails; and never closed again, as the number is free now.
  closeSync(file.fd)
  const lost = { reason: 'flush-failed', context: { path: file.name, errno: 'EBADF' } }
  await expect(file.flush()).rejects.toMatchObject(lost)
  for (const attempt of [
    () => file.writeNow(Buffer.from('y'), 0, 'data'),
    () => file.truncate(0),
    () => file.punchHole(0, 1),
    () => file.allocate(0, 1),
  ]) {
    expect(refusal(attempt)).toMatchObject(lost)
  }
  await expect(file.write(Buffer.from('y'), 0, 'data')).rejects.toMatchObject(lost)
  await expect(file.flush()).rejects.toMatchObject(lost)
})

test('a file opened for writing counts as one of the host’s', async () => {
  await using folder = await tempFolder()
  await using file = NodeWritableFile.create(folder.file('a'))
  expect(file).toBeInstanceOf(NodeFile)
  expect(file.identity.inode).toBeGreaterThan(0n)
})
