import { expect, test } from 'vitest'
import { ourCheck } from '../../../../helpers/check-equality.ts'
import { qemuImg, runTool } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import { compact, planOf, zeroesOf } from './compacting.ts'

const secret = ['--object', 'secret,id=key,data=passphrase']

/** Runs commands with the passphrase; what they print, or an error with it. */
async function withKey(path: string, ...commands: string[]): Promise<string> {
  const image = `driver=qcow2,file.filename=${path},encrypt.key-secret=key`
  const given = commands.flatMap((command) => ['-c', command])
  const { stdout, stderr } = await runTool('qemu-io', [...secret, '--image-opts', image, ...given])
  if (/failed|error/i.test(stdout + stderr)) throw new Error(stdout + stderr)
  return stdout
}

async function encrypted(path: string): Promise<void> {
  const options = 'encrypt.format=aes,encrypt.key-secret=key'
  await qemuImg('create', '-q', ...secret, '-f', 'qcow2', '-o', options, path, '4M')
  await withKey(
    path,
    'write -P 0x11 0 1M',
    'write -P 0x22 1M 1M',
    'write -P 0 2M 256k',
    'discard 0 512k',
    'discard 1600k 64k',
  )
}

const content = [
  'read -P 0 0 512k',
  'read -P 0x11 512k 512k',
  'read -P 0x22 1M 576k',
  'read -P 0 1600k 64k',
  'read -P 0 2M 256k',
]

test('An image encrypted by the place on the disk (AES) moves its data and is read as before', async () => {
  await using folder = await tempFolder('compact')
  const path = folder.file('image.qcow2')
  await encrypted(path)
  const options = { zero: await zeroesOf(path) }
  const { fileLength, moved } = await planOf(path, options)
  const { before, after } = await compact(path, options)
  expect({ after, movesData: moved.data > 0 }).toEqual({ after: fileLength, movesData: true })
  expect(after).toBeLessThan(before)
  await withKey(path, ...content)
  expect(await ourCheck(path)).toMatchObject({ exitCode: 0 })
})
