import { Writable } from 'node:stream'
import { printable } from '../terminal/printable.ts'
import type { TextOutput } from '../terminal/text-output.ts'

/** Facts of a line. Names, numbers and words of ours; never a byte that a guest wrote. */
export type DebugFacts = Readonly<Record<string, unknown>>

/** What `--debug` prints. */
export interface DebugLog {
  debug(message: string, facts?: DebugFacts): void
  /** With its causes and where it came from. */
  failed(message: string, error: unknown): void
}

/** Without `--debug`. */
export const silentLog: DebugLog = { debug: () => undefined, failed: () => undefined }

/**
 * Lines on stderr, through winston: `platter debug: SECONDS MESSAGE {FACTS}`, or with `json` one object a
 * line. Seconds are since the process began.
 */
export async function openDebugLog(
  stderr: TextOutput,
  { json }: { readonly json: boolean },
): Promise<DebugLog> {
  // Loaded when asked for: it takes longer than all of `platter info` needs besides.
  const { default: winston } = await import('winston')
  const { combine, printf } = winston.format
  const sink = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      stderr.draw(String(text))
      done()
    },
  })
  const timed = winston.format((info) => ({ ...info, time: seconds() }))
  const inWords = printf(({ message, level, time, stack, ...facts }) => {
    const said = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`
    const line = printable(`platter ${level}: ${String(time)} ${String(message)}${said}`)
    return typeof stack === 'string' ? `${line}\n${indented(stack)}` : line
  })
  const asJson = printf(({ level, time, message, ...facts }) =>
    JSON.stringify({ level, time: Number(time), message, ...facts }),
  )
  const logger = winston.createLogger({
    level: 'debug',
    format: combine(timed(), json ? asJson : inWords),
    transports: [new winston.transports.Stream({ stream: sink, eol: '\n' })],
  })
  return {
    debug: (message, facts = {}) => void logger.debug(message, facts),
    failed: (message, error) =>
      void logger.debug(message, { error: String(error), stack: stacksOf(error) }),
  }
}

/** Since the process began. */
const seconds = (): string => (performance.now() / 1000).toFixed(6)

/** The error and what caused it, outermost first. */
function stacksOf(error: unknown): string {
  const stacks: string[] = []
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    stacks.push(depth === 0 ? (at.stack ?? at.message) : `Caused by: ${at.stack ?? at.message}`)
  }
  return stacks.join('\n')
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${printable(line)}`)
    .join('\n')
