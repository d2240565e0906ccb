/**
 * `npm start [-- --web] [-- PATH...]`: the desktop app when Electron can run here, otherwise the same
 * app in the browser, with the reason. Paths are folders or images to add to the library.
 *
 * Runs on the Node that is there (20 or newer) and goes on with Node 24, which `npm ci` brings along.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a program in our place: its streams are ours, signals reach it, its exit code becomes ours.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
function become(command, args) {
  const child = spawn(command, args, { stdio: 'inherit', windowsHide: false })
  // From a terminal the child gets Ctrl-C itself, as one of the same group; waiting for it is all
  // there is to do. A signal sent to this process alone must be passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    console.error(`${command} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}

/** Where `npm ci` puts Node 24; undefined where no such package exists (macOS). */
function projectNode() {
  const node = path.join(
    root,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  return existsSync(node) ? node : undefined
}

function electronPackage() {
  return path.join(root, 'node_modules', 'electron')
}

/**
 * Electron's program, without `require('electron')`: that starts a download from plain Node.
 *
 * @returns {string | undefined}
 */
function electronProgram() {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override !== undefined) {
    return path.join(override, process.platform === 'win32' ? 'electron.exe' : 'electron')
  }
  try {
    const name = readFileSync(path.join(electronPackage(), 'path.txt'), 'utf8')
    const program = path.join(electronPackage(), 'dist', name)
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

/** A display that a window could appear on; only Linux can be without one. */
const hasDisplay = () =>
  process.platform !== 'linux' ||
  Boolean(process.env['DISPLAY']) ||
  Boolean(process.env['WAYLAND_DISPLAY'])

/** @typedef {{ program: string } | { reason: string }} Choice */

/**
 * @param {boolean} webWanted
 * @returns {Choice}
 */
function chooseShell(webWanted) {
  if (webWanted) return { reason: '--web was given' }
  const overridden = process.env['ELECTRON_OVERRIDE_DIST_PATH'] !== undefined
  if (!overridden && !hasDisplay()) {
    return { reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' }
  }
  if (!overridden && process.platform === 'linux' && process.getuid?.() === 0) {
    return { reason: "Electron's sandbox does not run as root" }
  }
  const program = electronProgram()
  if (program !== undefined) return { program }
  console.log('Electron is not here yet: downloading it (about 110 MB, once).')
  const installer = path.join(electronPackage(), 'install.js')
  const { status } = spawnSync(process.execPath, [installer], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 10 * 60_000,
  })
  const downloaded = electronProgram()
  return status === 0 && downloaded !== undefined
    ? { program: downloaded }
    : { reason: "Electron's program is not installed and could not be downloaded" }
}

async function main() {
  const args = process.argv.slice(2)
  const { ensureBuilt } = await import('./ensure-built.mjs')
  await ensureBuilt(['programs', 'window'], {
    onBuild: () => console.error('Building Platter (a few seconds, only after a change).'),
  })
  const choice = chooseShell(args.includes('--web'))
  const rest = args.filter((arg) => arg !== '--web')
  if ('program' in choice) {
    become(choice.program, [root, ...rest])
  } else {
    console.log(`Platter runs in the browser: ${choice.reason}.`)
    become(process.execPath, [path.join(root, 'dist', 'main', 'web.js'), ...rest])
  }
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await main()
} else {
  const node = projectNode()
  if (node === undefined) {
    console.error(
      `Platter needs Node 24; this is Node ${process.versions.node}. Run "npm ci", which brings it along where it can; otherwise install Node 24.`,
    )
    process.exit(1)
  }
  console.error(`This is Node ${process.versions.node}: going on with the project's Node 24.`)
  become(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
}
