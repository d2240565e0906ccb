/**
 * `npm test`: makes sure of what the tests need, builds, and runs vitest. Arguments go to vitest; with `--all` before
 * them (`npm run test:all`) tests walk every case of their longest tables instead of a part (test/helpers/some-of.ts).
 *
 * The tests compare with real QEMU tools and drive a real browser. On Debian as root, missing ones are
 * installed (and this says so); elsewhere it stops with the command to run. Nothing is skipped.
 */
import './require-node.mjs'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the tests run, and the Debian package each comes in. */
const prerequisites = [
  { programs: ['qemu-img', 'qemu-io', 'qemu-nbd'], debianPackage: 'qemu-utils' },
  { programs: ['chromium'], debianPackage: 'chromium' },
  { programs: ['desktop-file-validate'], debianPackage: 'desktop-file-utils' },
  { programs: ['update-mime-database'], debianPackage: 'shared-mime-info' },
  { programs: ['zsh'], debianPackage: 'zsh' },
  { programs: ['fish'], debianPackage: 'fish' },
  { programs: ['groff'], debianPackage: 'groff-base' },
  { programs: ['mandoc'], debianPackage: 'mandoc' },
  { programs: ['sgdisk'], debianPackage: 'gdisk' },
  { programs: ['mkfs.ext4'], debianPackage: 'e2fsprogs' },
]

/** @param {string} program */
function isInstalled(program) {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const missingPackages = () =>
  prerequisites
    .filter(({ programs }) => !programs.every(isInstalled))
    .map(({ debianPackage }) => debianPackage)

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function runOrExit(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** @param {readonly string[]} packages */
function installOrExplain(packages) {
  const command = `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`
  const canInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (!canInstall) {
    console.error(`The tests need programs that are not installed. Run this, then try again:
  sudo sh -c '${command}'`)
    process.exit(1)
  }
  console.log(`The tests need ${packages.join(', ')}: installing with apt-get.`)
  runOrExit('sh', ['-c', `export DEBIAN_FRONTEND=noninteractive; (${command}) >/dev/null`])
}

/** Of what `statfs` says: a file system in memory (linux/magic.h). */
const TMPFS_MAGIC = 0x01021994
const roomForTests = 4 * 1024 ** 3

/**
 * A folder in memory for the files of the tests. They flush small files by the thousand, each of which a disk takes
 * milliseconds for. Undefined where there is none, or little room, or somebody chose a folder.
 */
function folderInMemory() {
  if (process.platform !== 'linux' || process.env['TMPDIR'] !== undefined) return undefined
  const memory = '/dev/shm'
  if (!existsSync(memory)) return undefined
  const { type, bavail, bsize } = statfsSync(memory)
  const hasRoom = Math.min(bavail * bsize, process.availableMemory()) >= roomForTests
  if (type !== TMPFS_MAGIC || !hasRoom) return undefined
  const folder = mkdtempSync(path.join(memory, 'platter-tests-'))
  // As the system's own temporary folder: some tests run programs as another user.
  chmodSync(folder, 0o1777)
  return folder
}

const missing = missingPackages()
if (missing.length > 0) {
  installOrExplain(missing)
  const still = missingPackages()
  if (still.length > 0) {
    console.error(`apt-get did not bring ${still.join(', ')}.`)
    process.exit(1)
  }
}
runOrExit(process.execPath, ['tools/build.mjs'])
// The tests start hundreds of threads and programs from the sources: 1.1 s of processor time each, 0.35 s with this.
process.env['NODE_COMPILE_CACHE'] ??= path.join(root, 'node_modules/.cache/compiled')

const args = process.argv.slice(2)
if (args[0] === '--all') {
  args.shift()
  process.env['PLATTER_TESTS_ALL'] = '1'
} else if (args.length === 0) {
  // Files that are named are run, also those that vitest.config.ts leaves to the whole.
  process.env['PLATTER_TESTS_PART'] = '1'
  console.log(
    'A part of the tests (docs/TESTING.md says which); npm run test:all runs all of them.',
  )
}

const inMemory = folderInMemory()
if (inMemory !== undefined) {
  process.env['TMPDIR'] = inMemory
  process.env['PLATTER_TESTS_KEPT'] = path.join(inMemory, 'kept')
}
const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
  cwd: root,
  stdio: 'inherit',
})
// A terminal tells the tests itself; who ends only this program means them as well. It ends after them, to clean up.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => vitest.kill('SIGTERM'))
const [code] = await once(vitest, 'exit')
if (inMemory !== undefined) rmSync(inMemory, { recursive: true, force: true })
process.exitCode = code ?? 1
