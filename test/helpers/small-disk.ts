/**
 * A disk that is really full: a tmpfs of 1 MiB, mounted where only one program sees it. It is gone with
 * the program.
 */
import { spawnSync } from 'node:child_process'

// Mounting takes root, or a system that gives every user a mount namespace of their own.
const unshare = ['-m', '-rm'].find((flags) => spawnSync('unshare', [flags, 'true']).status === 0)

/** For `test.skipIf`: whether this system lets us mount anything. */
export const cannotMount = unshare === undefined

/** The lines that a module prints (`source`) while `folder` is a disk of 1 MiB to it. */
export function onSmallDisk(folder: string, source: string): string[] {
  const script =
    'mount -t tmpfs -o size=1m platter-test "$0" && exec "$1" --input-type=module -e "$2"'
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [unshare ?? '-m', 'sh', '-c', script, folder, process.execPath, source],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${stderr}${stdout}`)
  return stdout.trim().split('\n')
}

/** What to write into `source` to load a module of the engine: `coreModule('io/node-host.ts')`. */
export const coreModule = (path: string): string =>
  `await import(${JSON.stringify(new URL(`../../core/${path}`, import.meta.url).href)})`
