import { writeSync } from 'node:fs'
import process from 'node:process'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/**
 * One Ctrl-C reaches a program twice when whoever started it (npx) hands it on as well: signals that follow
 * so soon are the same one.
 */
const sameMoment = 500

const codes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  // The terminal was closed: the orderly end is the same.
  SIGHUP: exitCodes.terminated,
} as const satisfies Partial<Record<NodeJS.Signals, ExitCode>>

export interface StopSignals {
  /** Aborted by the first of them. */
  readonly signal: AbortSignal
  /** The exit code of the one that came; undefined while none did. */
  readonly endedBy: () => ExitCode | undefined
}

/**
 * The first signal asks for an orderly end: the image that is worked on is left valid and what it is worth is
 * said. A second one is from someone who does not want to wait for that.
 */
export function listenForStops(now: () => number = () => performance.now()): StopSignals {
  const stopper = new AbortController()
  let first: { readonly code: ExitCode; readonly at: number } | undefined
  const stop = (code: ExitCode): void => {
    if (first === undefined) {
      first = { code, at: now() }
      stopper.abort()
    } else if (now() - first.at > sameMoment) {
      sayAtOnce(
        'platter: ended without waiting. Images are valid, with leaked clusters at most; a new file that was not whole did not get its name.',
      )
      process.exit(code)
    }
  }
  for (const [name, code] of Object.entries(codes)) process.on(name, () => stop(code))
  return { signal: stopper.signal, endedBy: () => first?.code }
}

/** Nothing waits for streams any more. */
function sayAtOnce(sentence: string): void {
  const clear = process.stderr.isTTY ? '\r\u001b[K' : ''
  try {
    writeSync(process.stderr.fd, `${clear}${sentence}\n`)
  } catch {
    // With nobody to read it, the exit code still tells.
  }
}
