import { execFileSync } from 'node:child_process'
import { chmod, mkdir, open, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

function refusal(path: string): ImageError {
  try {
    NodeFile.open(path)
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error(`${path} was opened`)
}

test('reads what is there, and zeroes past the end, both ways', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), 'platter')
  await using file = NodeFile.open(folder.file('a'))

  const blocking = new Uint8Array(6).fill(0xff)
  file.readNow(blocking, 4, 'data')
  const asynchronous = new Uint8Array(6).fill(0xff)
  await file.read(asynchronous, 4, 'data')

  expect(Buffer.from(blocking).toString('latin1')).toBe('ter\0\0\0')
  expect(asynchronous).toEqual(blocking)
})

test('a read that starts past the end is all zeroes', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), 'x')
  await using file = NodeFile.open(folder.file('a'))
  const into = new Uint8Array(3).fill(1)
  await file.read(into, 1 << 30, 'data')
  expect(into).toEqual(new Uint8Array(3))
})

test('two names of one file have one identity, two files have two', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), '')
  await writeFile(folder.file('b'), '')
  await symlink(folder.file('a'), folder.file('link'))
  await using a = NodeFile.open(folder.file('a'))
  await using b = NodeFile.open(folder.file('b'))
  await using link = NodeFile.open(folder.file('link'))
  expect(link.identity).toEqual(a.identity)
  expect(b.identity).not.toEqual(a.identity)
})

test('a file that grows tells its new size, and its dates and stored bytes', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), Buffer.alloc(8192, 1))
  await using file = NodeFile.open(folder.file('a'))
  expect(file.size()).toBe(8192)
  expect(file.allocatedBytes()).toBe(8192)
  await truncate(folder.file('a'), 1 << 20)
  expect(file.size()).toBe(1 << 20)
  expect(file.allocatedBytes()).toBe(8192)
  expect(Math.abs(file.times().modifiedAt - Date.now())).toBeLessThan(60_000)
})

test('an open file can be read to its end although its name is gone', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), 'still here')
  await using file = NodeFile.open(folder.file('a'))
  await rm(folder.file('a'))
  const into = new Uint8Array(10)
  file.readNow(into, 0, 'data')
  expect(Buffer.from(into).toString()).toBe('still here')
})

test('holes are told apart from stored bytes', async () => {
  await using folder = await tempFolder()
  const handle = await open(folder.file('sparse'), 'w')
  await handle.truncate(4 << 20)
  await handle.write(Buffer.alloc(65_536, 7), 0, 65_536, 1 << 20)
  await handle.close()

  await using file = NodeFile.open(folder.file('sparse'))
  expect(file.hostRun(0)).toEqual({ kind: 'hole', end: 1 << 20 })
  expect(file.hostRun(1 << 20)).toEqual({ kind: 'data', end: (1 << 20) + 65_536 })
  expect(file.hostRun((1 << 20) + 65_536)).toEqual({ kind: 'hole', end: 4 << 20 })
})

test('what is no regular file is named and refused without waiting for anybody', async () => {
  await using folder = await tempFolder()
  execFileSync('mkfifo', [folder.file('pipe')])
  await mkdir(folder.file('folder'))
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(folder.file('socket'), resolve)
  })

  expect(refusal(folder.file('pipe')).toJSON()).toMatchObject({
    reason: 'file-not-regular',
    context: { path: folder.file('pipe'), found: 'named pipe' },
  })
  expect(refusal(folder.file('socket')).context.found).toBe('socket')
  expect(refusal('/dev/zero').context.found).toBe('character device')
  expect(refusal(folder.file('folder')).reason).toBe('file-is-folder')
  await new Promise((resolve) => {
    server.close(resolve)
  })
})

test('missing files and impossible names are named', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('file'), '')
  expect(refusal(folder.file('nothing')).reason).toBe('file-missing')
  expect(refusal(folder.file('file', 'below')).reason).toBe('file-missing')
  expect(refusal('').reason).toBe('invalid-argument')
  expect(refusal('a\0b').reason).toBe('invalid-argument')
  expect(refusal(folder.file('x'.repeat(300)))).toMatchObject({
    reason: 'read-failed',
    context: { errno: 'ENAMETOOLONG' },
  })
})

test('a file that may not be read says so', async () => {
  await using folder = await tempFolder()
  const path = folder.file('secret')
  await writeFile(path, 'x')
  await chmod(path, 0)
  // The super-user may read everything, so the question is asked as somebody else.
  const source = `
    const { NodeFile } = await import(${JSON.stringify(new URL('../../../../core/io/node-file.ts', import.meta.url).href)})
    if (process.getuid() === 0) process.setuid(65534)
    try { NodeFile.open(${JSON.stringify(path)}) } catch (error) { console.log(error.reason, error.context.errno) }
  `
  await chmod(folder.path, 0o755)
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', source]).toString()
  expect(said.trim()).toBe('file-forbidden EACCES')
})

test('closing twice is fine, reading afterwards is a defect of ours', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), 'x')
  const file = NodeFile.open(folder.file('a'))
  await file.close()
  await file.close()
  expect(() => file.size()).toThrow(expect.objectContaining({ reason: 'internal' }))
})
