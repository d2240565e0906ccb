/**
 * A disk that is really full: a tmpfs of 1 MiB, mounted where only a program of this test sees it.
 */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { tempFolder } from '../../../helpers/temp-folder.ts'

// Mounting takes root, or a system that gives every user a mount namespace of their own.
const unshare = ['-m', '-rm'].find((flags) => spawnSync('unshare', [flags, 'true']).status === 0)

const moduleUrl = (path: string): string =>
  JSON.stringify(new URL(`../../../../core/${path}`, import.meta.url).href)

/** What a module prints that runs with `folder` on a disk of 1 MiB. */
function onSmallDisk(folder: string, source: string): string[] {
  const mounted =
    'mount -t tmpfs -o size=1m platter-test "$0" && exec "$1" --input-type=module -e "$2"'
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [unshare ?? '-m', 'sh', '-c', mounted, folder, process.execPath, source],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return stdout.trim().split('\n')
}

test.skipIf(unshare === undefined)(
  'a full disk is named by every way to need space, and what was there stays (needs root or user namespaces)',
  async () => {
    await using folder = await tempFolder()
    const said = onSmallDisk(
      folder.path,
      `
      const { nodeHost } = await import(${moduleUrl('io/node-host.ts')})
      const file = await nodeHost.createFile(${JSON.stringify(folder.file('a'))})
      const said = async (act) => {
        try { console.log(await act()) } catch (error) { console.log(error.reason, error.context.errno) }
      }
      file.writeNow(new Uint8Array(4096).fill(1), 0, 'data')
      await file.flush()
      const large = new Uint8Array(2 * 1024 * 1024).fill(2)
      await said(() => file.allocate(0, large.length))
      await said(() => file.writeNow(large, 4096, 'data'))
      await said(() => file.write(large, 4096, 'data'))
      const first = new Uint8Array(4096)
      file.readNow(first, 0, 'data')
      console.log(first.every((byte) => byte === 1))
      file.punchHole(4096, large.length)
      await said(() => file.write(large.subarray(0, 65536), 4096, 'data'))
      await file.flush()
      await file.close()
      `,
    )
    expect(said).toEqual([
      'no-space ENOSPC',
      'no-space ENOSPC',
      'no-space ENOSPC',
      'true',
      'undefined',
    ])
  },
)
