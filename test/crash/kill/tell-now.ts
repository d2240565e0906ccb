import { writeSync } from 'node:fs'

/**
 * Writes a line to standard output before it returns: what was told has happened. The pipe does not
 * block, and a busy parent reads late: then this waits for it.
 */
export function tellNow(line: string): void {
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
