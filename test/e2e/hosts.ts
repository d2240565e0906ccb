/**
 * Starts the real, built app in one of the hosts it can run in, and hands back its page. The same
 * tests run on every host; what a host lacks is said, never skipped in silence.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core'

export type HostKind = 'electron' | 'stand-in' | 'web'

const root = fileURLToPath(new URL('../..', import.meta.url))
const standInFolder = path.join(root, 'test/electron-standin/bin')
const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Chromium without what a test machine lacks: a GPU, a sandbox for root, a network. */
const chromiumSwitches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Hosts that must run; one that cannot is a failing test. Others run where they can. */
export const requiredHosts: readonly string[] = (process.env['E2E_HOSTS'] ?? 'stand-in,web').split(
  ',',
)

/** Why a host cannot run on this machine; undefined when it can. */
export function whyNot(kind: HostKind): string | undefined {
  if (kind !== 'electron') {
    return existsSync(chromiumPath) ? undefined : `${chromiumPath} is not installed`
  }
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  try {
    const program = readFileSync(path.join(folder, 'path.txt'), 'utf8')
    return existsSync(path.join(folder, 'dist', program)) ? undefined : 'its program is missing'
  } catch {
    return "Electron's program is not installed"
  }
}

export interface LaunchOptions {
  /** Database, settings and logs live below it; a second launch with the same one is a restart. */
  readonly folder: string
  /** Given on the command line. */
  readonly paths?: readonly string[]
  /** Stand-in only: where files of these names lie when a test drops them on the window. */
  readonly droppedPaths?: Readonly<Record<string, string>>
}

export interface RunningApp {
  readonly kind: HostKind
  readonly page: Page
  /** The main process; absent for the web host. */
  readonly electron?: ElectronApplication
  /** What the page and the process complained about. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** The apps that run now: when a test fails, what they show is told (failure-account.ts). */
export const runningApps: Set<RunningApp> = new Set()

export async function launch(kind: HostKind, options: LaunchOptions): Promise<RunningApp> {
  const reason = whyNot(kind)
  if (reason !== undefined) throw new Error(`E2E_HOSTS asks for ${kind}, but ${reason}`)
  const environment = {
    ...withoutUndefined(process.env),
    STAND_IN_DROPPED_PATHS: JSON.stringify(options.droppedPaths ?? {}),
    PLATTER_DATA: path.join(options.folder, 'data'),
    PLATTER_LOGS: path.join(options.folder, 'logs'),
    // The Trash of whoever runs the tests is none of ours.
    XDG_DATA_HOME: path.join(options.folder, 'share'),
  }
  await mkdir(options.folder, { recursive: true })
  const launched = await (kind === 'web'
    ? launchWeb(options, environment)
    : launchElectron(kind, options, environment))
  const app: RunningApp = {
    ...launched,
    close: async () => {
      runningApps.delete(app)
      await launched.close()
    },
  }
  runningApps.add(app)
  return app
}

type Environment = Record<string, string>

async function launchElectron(
  kind: 'electron' | 'stand-in',
  { paths = [] }: LaunchOptions,
  environment: Environment,
): Promise<RunningApp> {
  // Playwright asks the electron package for the program, and that reads this variable in our process.
  if (kind === 'stand-in') process.env['ELECTRON_OVERRIDE_DIST_PATH'] = standInFolder
  const electron = await _electron.launch({
    args: ['.', ...paths],
    cwd: root,
    env: environment,
    // The app decides its theme; Playwright would force light.
    colorScheme: null,
    timeout: 60_000,
  })
  const complaints: string[] = []
  const page = await electron.firstWindow()
  prepare(page, complaints)
  // A window exists before its page does.
  await page.waitForURL(/\/index\.html$/)
  return { kind, page, electron, complaints, close: () => electron.close() }
}

async function launchWeb(
  { folder, paths = [] }: LaunchOptions,
  environment: Environment,
): Promise<RunningApp> {
  const server = await startWebHost(paths, environment)
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: chromiumPath,
    headless: true,
    colorScheme: null,
    viewport: { width: 1280, height: 800 },
    args: chromiumSwitches,
  })
  const complaints: string[] = []
  const page = context.pages()[0] ?? (await context.newPage())
  prepare(page, complaints)
  await page.goto(server.url)
  return {
    kind: 'web',
    page,
    complaints,
    close: async () => {
      await context.close()
      await server.stop()
    },
  }
}

export interface WebHostProcess {
  readonly url: string
  /** Everything it printed on stdout so far. */
  readonly output: () => string
  /** Sends the signal, SIGTERM by default, and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** The web host as a process of its own, as `npm start -- --web` runs it. */
export async function startWebHost(
  args: readonly string[],
  environment: Environment,
): Promise<WebHostProcess> {
  const child = spawn(
    process.execPath,
    [path.join(root, 'dist/main/web.js'), '--no-open', ...args],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const link = /http:\/\/\S+#token=\S+/.exec(output)?.[0]
      if (link !== undefined) resolve(link)
    })
    void exited.then((code) => reject(new Error(`the web host ended with ${code}: ${errors}`)))
  })
  return {
    url,
    output: () => output,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return exited
    },
  }
}

function prepare(page: Page, complaints: string[]): void {
  // Shorter than a test has: a step that finds nothing says which one it was.
  page.setDefaultTimeout(20_000)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
}

const withoutUndefined = (environment: NodeJS.ProcessEnv): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
