import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { contract } from '../../ipc/contract.ts'
import { serve } from '../../ipc/serve.ts'
import { readAppVersion, engineWorkerUrl, scanWorkerUrl, windowFolder } from '../places.ts'
import { serveErrors } from '../serve-errors.ts'
import { serveMetrics, type MetricsAddress, type MetricsServer } from '../metrics/metrics-server.ts'
import { createServices, type Services } from '../services.ts'
import { ShellEvents } from '../shell-events.ts'
import { openBrowserWindow, type BrowserWindow } from './browser-window.ts'
import { Roots } from './roots.ts'
import { startWebServer, type WebServer } from './server.ts'
import { parseWebArguments, webUsage, type WebArguments } from './web-arguments.ts'
import { createWebShell } from './web-shell.ts'

/** As on the command line: 64 for arguments that make no sense, 1 for what could not be done. */
const exitCodes = { failed: 1, usage: 64, interrupted: 130 } as const

/**
 * One Ctrl+C reaches us twice: from the terminal, and from the command line that started us. Milliseconds
 * within which signals are the same one.
 */
const sameMoment = 500

/** Runs until a signal ends it. Sets the process's exit code; what went wrong is on stderr. */
export async function runWebHost(args: readonly string[]): Promise<void> {
  let parsed: WebArguments
  try {
    parsed = parseWebArguments(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${webUsage}`)
    process.exitCode = exitCodes.usage
    return
  }
  if (parsed.help) {
    console.log(webUsage)
    return
  }
  if (!existsSync(path.join(windowFolder, 'index.html'))) {
    console.error('The window is not built yet. Run "npm run build", then try again.')
    process.exitCode = exitCodes.failed
    return
  }
  try {
    await start(parsed)
  } catch (error) {
    console.error(describeFailure(error, parsed))
    process.exitCode = exitCodes.failed
  }
}

async function start({
  roots: givenRoots,
  paths,
  port,
  open,
  metrics: address,
}: WebArguments): Promise<void> {
  const given = [...givenRoots, ...paths]
  const roots = await Roots.of(given.length > 0 ? given : [os.homedir()])
  const events = new ShellEvents()
  const services = await createServices({
    shell: createWebShell(roots, events),
    actor: 'web',
    appVersion: readAppVersion(),
    engineWorkerUrl,
    scanWorkerUrl,
  })
  // Jobs belong to the services: a connection that ends takes none with it.
  const server = await startWebServer({
    windowFolder,
    port,
    onConnection: (peer) =>
      serve(contract, services.handlers, peer, {
        errors: serveErrors,
        onDefect: (procedure, thrown) => services.reportDefect(procedure, thrown),
      }),
  }).catch(async (error: unknown) => {
    await services.close()
    throw error
  })
  const metrics =
    address === undefined ? undefined : await startMetrics(address, { services, server })
  const { refusal } = await services.openPaths(paths.map((file) => path.resolve(file)))
  if (refusal !== undefined) throw refusal

  let window: BrowserWindow | undefined
  let stoppedAt: number | undefined
  const stop = (): void => {
    if (stoppedAt !== undefined) {
      // A second Ctrl+C is a person who does not want to wait.
      if (performance.now() - stoppedAt > sameMoment) process.exit(exitCodes.interrupted)
      return
    }
    stoppedAt = performance.now()
    window?.close()
    void Promise.all([server.close(), metrics?.[Symbol.asyncDispose]()])
      .then(() => services.close())
      .then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  // Last: whoever reads the link may stop us at once.
  console.log(`Open this link in a browser on this machine; it signs you in:

  ${server.url}

The window may look below ${roots.paths.join(', ')}. Press Ctrl+C to stop.`)
  if (metrics !== undefined) console.log(`Metrics are at ${metrics.url}`)
  if (open) window = openBrowserWindow(server.url)
}

/** Whoever asked for metrics wants them: without, nothing is left open. */
async function startMetrics(
  address: MetricsAddress,
  { services, server }: { readonly services: Services; readonly server: WebServer },
): Promise<MetricsServer> {
  try {
    return await serveMetrics(address, services.metrics())
  } catch (error) {
    await server.close()
    await services.close()
    throw error
  }
}

function describeFailure(error: unknown, { port }: WebArguments): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Choose another with --port, or leave it out.`
  }
  const { code, explanation } = ImageError.from(error)
  return `${explanation.title} (${code})\n${explanation.detail}\n${explanation.advice}`
}
