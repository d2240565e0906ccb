import { mkdirSync } from 'node:fs'
import path from 'node:path'
import winston from 'winston'
import type { Settings } from '../../ipc/schemas/app.ts'
import { onOwnFolder } from '../folder-trouble.ts'

/** Facts of a line. Names, numbers and sentences of ours; never a byte that a guest wrote. */
export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>

export interface Logger {
  /** What the person asked for did not happen. */
  error(message: string, facts?: LogFacts): void
  /** It did, but look. */
  warn(message: string, facts?: LogFacts): void
  /** A state changed. */
  info(message: string, facts?: LogFacts): void
  /** For us. */
  debug(message: string, facts?: LogFacts): void
  /** A logger that puts these facts into each of its lines. */
  child(facts: LogFacts): Logger
}

export interface AppLog extends Logger {
  setLevel(level: Settings['logLevel']): void
  /** Resolves when the last line is on disk. */
  close(): Promise<void>
}

const fileLimit = 2 * 1024 * 1024
const fileCount = 5

/** JSON lines in `platter.log`, rotated at 2 MiB, five files kept. Throws `data-folder-unusable`. */
export function openLog(folder: string, level: Settings['logLevel']): AppLog {
  onOwnFolder(folder, () => mkdirSync(folder, { recursive: true }))
  const file = new winston.transports.File({
    filename: path.join(folder, 'platter.log'),
    maxsize: fileLimit,
    maxFiles: fileCount,
    tailable: true,
  })
  const root = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [file],
  })
  // A log that cannot be written (full disk) must not stop the work it tells of.
  root.on('error', () => undefined)
  file.on('error', () => undefined)
  return {
    ...wrap(root),
    setLevel: (next) => {
      root.level = next
    },
    close: () =>
      new Promise((resolve) => {
        file.once('finish', () => resolve())
        file.once('error', () => resolve())
        root.end()
      }),
  }
}

function wrap(logger: winston.Logger): Logger {
  return {
    error: (message, facts = {}) => void logger.error(message, facts),
    warn: (message, facts = {}) => void logger.warn(message, facts),
    info: (message, facts = {}) => void logger.info(message, facts),
    debug: (message, facts = {}) => void logger.debug(message, facts),
    child: (facts) => wrap(logger.child(facts)),
  }
}
