import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** Browsers with an app mode (a window without tabs and address bar), in the order we try them. */
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'microsoft-edge']

/** A browser window that was opened for the person; `close` removes what was written for it. */
export interface BrowserWindow {
  close(): void
}

/**
 * Opens the link in a window of its own, when there is a display and a browser; undefined otherwise.
 *
 * The token must not be on a command line, where every user of the machine can read it: the browser is
 * given a file that only its owner may read, and that sends it on.
 */
export function openBrowserWindow(
  url: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): BrowserWindow | undefined {
  const hasDisplay = Boolean(environment['DISPLAY']) || Boolean(environment['WAYLAND_DISPLAY'])
  // Elsewhere than on Linux the person clicks the link: finding browsers there is not worth guessing.
  const program = process.platform === 'linux' && hasDisplay ? findProgram(environment) : undefined
  // Chromium refuses to run as root with its sandbox, and without it nobody should browse.
  if (program === undefined || process.getuid?.() === 0) return undefined

  const folder = mkdtempSync(path.join(os.tmpdir(), 'platter-open-'))
  const redirect = path.join(folder, 'open.html')
  const target = JSON.stringify(url).replaceAll('<', '\\u003c')
  writeFileSync(
    redirect,
    `<!doctype html><meta charset="utf-8"><title>Platter</title><script>location.replace(${target})</script>`,
    { mode: 0o600 },
  )
  const child = spawn(program, [`--app=${pathToFileURL(redirect).href}`], {
    stdio: 'ignore',
    detached: true,
  })
  // The printed link is there when the browser is not.
  child.on('error', () => undefined)
  child.unref()
  return { close: () => rmSync(folder, { recursive: true, force: true }) }
}

function findProgram(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const folders = (environment['PATH'] ?? '').split(path.delimiter)
  const candidates = browsers.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
