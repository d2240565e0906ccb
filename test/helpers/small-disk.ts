/**
 * Disks that are really full, or really fail: mounted where only one program sees them, and gone with it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

// Mounting takes root, or a system that gives every user a mount namespace of their own.
const unshare = ['-m', '-rm'].find((flags) => spawnSync('unshare', [flags, 'true']).status === 0)

/** For `test.skipIf`: whether this system lets us mount anything. */
export const cannotMount = unshare === undefined

/** What a command is put behind to have mounts of its own. */
export const mountNamespace: readonly string[] = ['unshare', unshare ?? '-m']

/** The lines that a module prints (`source`) while `folder` is a disk of 1 MiB to it. */
export const onSmallDisk = (folder: string, source: string): string[] =>
  runMounted('mount -t tmpfs -o size=1m platter-test "$0"', folder, source)

/**
 * A file system of 16 MiB on a disk that has room for 3 MiB of it and refuses the rest, as thin disks and
 * broken ones do: writes succeed, and the flush after them fails. It is at `folder/mounted`.
 */
const mountThin = `
  mount -t tmpfs -o size=3m platter-test "$0" &&
  truncate -s 16M "$0/disk" && mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=0 "$0/disk" &&
  mkdir "$0/mounted" && mount -o loop "$0/disk" "$0/mounted"`

/** As `onSmallDisk`, on the thin disk. */
export const onThinDisk = (folder: string, source: string): string[] =>
  runMounted(mountThin, folder, source)

/** For `test.skipIf`: whether this system lets us mount a thin disk, which takes root and loop devices. */
export function cannotMountThin(): boolean {
  if (cannotMount) return true
  const folder = mkdtempSync(path.join(tmpdir(), 'platter-thin-'))
  try {
    return spawnMounted(mountThin, folder, '').status !== 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function runMounted(mount: string, folder: string, source: string): string[] {
  const { status, stdout, stderr } = spawnMounted(mount, folder, source)
  if (status !== 0) throw new Error(`${stderr}${stdout}`)
  return stdout.trim().split('\n')
}

const spawnMounted = (mount: string, folder: string, source: string) =>
  spawnSync(
    'unshare',
    [
      unshare ?? '-m',
      'sh',
      '-c',
      `${mount} && exec "$1" --input-type=module -e "$2"`,
      folder,
      process.execPath,
      source,
    ],
    { encoding: 'utf8' },
  )

/** What to write into `source` to load a module of the engine: `coreModule('io/node-host.ts')`. */
export const coreModule = (name: string): string =>
  `await import(${JSON.stringify(new URL(`../../core/${name}`, import.meta.url).href)})`
