import type { LogFacts, Logger } from '../../main/log/logger.ts'

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly facts: LogFacts
}

/** A log whose lines a test can read. */
export function memoryLog(lines: LogLine[] = [], context: LogFacts = {}): Logger {
  const write = (level: string) => (message: string, facts?: LogFacts) =>
    void lines.push({ level, message, facts: { ...context, ...facts } })
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (facts) => memoryLog(lines, { ...context, ...facts }),
  }
}
