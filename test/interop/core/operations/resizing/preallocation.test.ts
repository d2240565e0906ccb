import { stat } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { openFilesBelow } from '../../../../helpers/open-files.ts'
import { qemuImg, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'
import {
  clean,
  contentOf,
  difference,
  engine,
  gibibyte,
  mebibyte,
  opinionOf,
  resized,
  withSize,
} from './resized-images.ts'

describe('preallocation of the new part', () => {
  const kinds: readonly { readonly name: string; readonly options: readonly string[] }[] = [
    { name: 'version 3', options: [] },
    { name: 'version 2', options: ['-o', 'compat=0.10'] },
    { name: 'extended L2', options: ['-o', 'extended_l2=on'] },
    { name: 'small clusters', options: ['-o', 'cluster_size=1k'] },
  ]
  const modes = ['metadata', 'falloc', 'full'] as const
  const cases = kinds.flatMap((kind) => modes.map((preallocation) => ({ ...kind, preallocation })))

  test.each(cases)('$preallocation, $name', async ({ options, preallocation }) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', ...options, path, '1M')
    // Freed clusters inside the file hold old data: what is allocated there must not show it.
    await qemuIo(path, 'write -P 7 0 1M', 'discard 256k 512k')
    const before = await contentOf(path, folder)
    const size = 5 * mebibyte + 512
    const { after } = await resized(path, { size, preallocation })
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), withSize(before, size))).toBeUndefined()
    const { clusters } = await engine.readInfo(path, { clusters: true })
    const stored = (clusters?.normal ?? 0) + (clusters?.zeroAllocated ?? 0)
    expect(stored).toBeGreaterThanOrEqual(Math.floor((size - 1024) / 65_536) - 8)
    const promised = preallocation === 'metadata' ? 0 : 4 * mebibyte
    expect(after.allocatedBytes).toBeGreaterThan(promised)
    await qemuIo(path, 'write -P 9 4M 1k', 'read -P 9 4M 1k', 'read -P 0 4195328 4k')
    expect(await opinionOf(path)).toEqual(clean)
  })

  test.each(modes)('%s over a longer backing image', async (preallocation) => {
    await using folder = await tempFolder()
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base.qcow2'), '4M')
    await qemuIo(folder.file('base.qcow2'), 'write -P 0x11 0 4M')
    const path = folder.file('top.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', path, '1M')
    const before = await contentOf(path, folder)
    await resized(path, { size: 6 * mebibyte, preallocation })
    expect(await opinionOf(path)).toEqual(clean)
    expect(
      difference(await contentOf(path, folder), withSize(before, 6 * mebibyte)),
    ).toBeUndefined()
  })

  it('cancelled on the way leaves the disk as it was, and the next attempt works', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', path, '1M')
    await qemuIo(path, 'write -P 7 0 1M')
    const before = await contentOf(path, folder)
    const { size: length } = await stat(path)
    const wish = { size: gibibyte, preallocation: 'metadata' } as const
    const plan = await engine.planResize(path, wish)
    const controller = new AbortController()
    const attempt = engine.resizeImage(path, plan, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 500 * mebibyte) controller.abort()
      },
    })
    await expect(attempt).rejects.toMatchObject({ reason: 'cancelled' })
    expect(await opinionOf(path)).toEqual(clean)
    expect(difference(await contentOf(path, folder), before)).toBeUndefined()
    expect((await stat(path)).size).toBeLessThanOrEqual(length + 4 * 4096)
    expect(openFilesBelow(folder.path)).toEqual([])
    await resized(path, wish)
    expect(await opinionOf(path)).toEqual(clean)
  })
})
