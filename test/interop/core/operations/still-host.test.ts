import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { hashImage } from '../../../../core/operations/hash.ts'
import { readInfo } from '../../../../core/operations/info.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

async function overlay(folder: TempFolder) {
  const base = folder.file('base.qcow2')
  const top = folder.file('top.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', base, '4M')
  await qemuIo(base, 'write -P 1 0 1M')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', top)
  await qemuIo(top, 'write -P 2 2M 1M')
  return { base, top }
}

/** Runs to its end while the engine waits, so that it happens in the middle of what the engine does. */
const now = (path: string, ...args: string[]): string => {
  const { stdout, stderr } = spawnSync('qemu-io', [...args, path], { encoding: 'utf8' })
  return `${stdout}${stderr}`
}

/** Calls `act` once, at the first word of progress. */
function atFirstProgress(act: () => void): () => void {
  let told = false
  return () => {
    if (told) return
    told = true
    act()
  }
}

const operations = [
  ['a digest', hashImage],
  ['a check', checkImage],
] as const

test.each(operations)('%s is made of an image that nobody can change meanwhile', async (_, run) => {
  await using folder = await tempFolder()
  const { top } = await overlay(folder)
  const met: string[] = []
  const result = await run(nodeHost, top, {
    onProgress: atFirstProgress(() => {
      met.push(now(top, '-c', 'write -P 3 0 64k'), now(top, '-r', '-c', 'read 0 64k'))
    }),
  })
  expect(met).toEqual([
    expect.stringContaining('Failed to get "write" lock'),
    expect.stringContaining('read 65536/65536'),
  ])
  expect(result.live).toBe(false)
  expect(now(top, '-c', 'write -P 3 0 64k')).toContain('wrote 65536/65536')
})

test.each(operations)('%s of an image that is written to disturbs nobody', async (_, run) => {
  await using folder = await tempFolder()
  const { top } = await overlay(folder)
  await using vm = await qemuSession(top)
  const result = await run(nodeHost, top)
  expect(result.live).toBe(true)
  expect(await vm.run('write -P 4 64k 64k')).toContain('wrote 65536/65536')
})

test('a digest of an overlay holds its base too', async () => {
  await using folder = await tempFolder()
  const { base, top } = await overlay(folder)
  const met: string[] = []
  const onProgress = atFirstProgress(() => met.push(now(base, '-c', 'write -P 3 0 64k')))
  const { live } = await hashImage(nodeHost, top, { onProgress })
  expect(met).toEqual([expect.stringContaining('Failed to get "write" lock')])
  expect(live).toBe(false)
})

test('a digest of an overlay whose base is written to says so', async () => {
  await using folder = await tempFolder()
  const { base, top } = await overlay(folder)
  await using _writer = await qemuSession(base)
  expect((await hashImage(nodeHost, top)).live).toBe(true)
})

test('info is for looking and holds nothing', async () => {
  await using folder = await tempFolder()
  const { top } = await overlay(folder)
  const info = readInfo(nodeHost, top, { clusters: true })
  expect(now(top, '-c', 'write -P 3 0 64k')).toContain('wrote 65536/65536')
  expect((await info).use.state).toBe('free')
})
