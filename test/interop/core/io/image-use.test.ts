import { expect, test } from 'vitest'
import { readUse } from '../../../../core/io/image-use.ts'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

async function image(folder: { file(name: string): string }): Promise<string> {
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  return path
}

test('an image that nobody else has open is free', async () => {
  await using folder = await tempFolder()
  await using file = NodeFile.open(await image(folder))
  expect(readUse(file)).toEqual({ state: 'free', holders: [], locking: 'lock-bytes' })
})

test('a program that writes is seen and named, until it is gone', async () => {
  await using folder = await tempFolder()
  await using file = NodeFile.open(await image(folder))
  {
    await using writer = await qemuSession(file.name)
    expect(readUse(file)).toEqual({
      state: 'writing',
      holders: [{ pid: writer.pid, name: 'qemu-io', vm: undefined }],
      locking: 'lock-bytes',
    })
  }
  expect(readUse(file)).toEqual({ state: 'free', holders: [], locking: 'lock-bytes' })
})

test.each([
  ['with its usual locks', ['-r']],
  ['with shared locks only', ['-r', '-U']],
])('a program that reads %s is seen as a reader', async (_name, args) => {
  await using folder = await tempFolder()
  await using file = NodeFile.open(await image(folder))
  await using reader = await qemuSession(file.name, ...args)
  expect(readUse(file)).toEqual({
    state: 'reading',
    holders: [{ pid: reader.pid, name: 'qemu-io', vm: undefined }],
    locking: 'lock-bytes',
  })
})

test('a writer is named alone when others read the image at the same time', async () => {
  await using folder = await tempFolder()
  await using file = NodeFile.open(await image(folder))
  await using writer = await qemuSession(file.name)
  await using _reader = await qemuSession(file.name, '-r', '-U')
  expect(readUse(file)).toMatchObject({ state: 'writing', holders: [{ pid: writer.pid }] })
})

test('while we have an image open and asked about it, QEMU can write to it', async () => {
  await using folder = await tempFolder()
  await using file = NodeFile.open(await image(folder))
  readUse(file)
  await qemuIo(file.name, 'write -P 7 0 64k')
  await using writer = await qemuSession(file.name)
  readUse(file)
  expect(await writer.run('write -P 9 64k 64k')).toContain('wrote 65536/65536')
})
