import type { AccessSink, FileAccess } from '../../core/index.ts'
import { printable } from '../terminal/printable.ts'
import type { TextOutput } from '../terminal/text-output.ts'

/**
 * What `--trace` prints: every access of the engine to a file, one line each on stderr, when it has ended;
 * with `json` one object a line.
 */
export const accessTrace =
  (stderr: TextOutput, { json }: { readonly json: boolean }): AccessSink =>
  (access) =>
    stderr.draw(`${json ? JSON.stringify(traceJson(access)) : traceLine(access)}\n`)

/**
 * `platter trace: 0.123456 read l2-table 327680+65536 0.021 ms /vm/disk.qcow2`: when it began, in seconds
 * since the process did; what was done and for what; first byte and length; how long it took.
 */
function traceLine(access: FileAccess): string {
  const { action, file, tag, offset, length, to, startedAt, durationMs, failure } = access
  const words = [
    (startedAt / 1000).toFixed(6),
    action,
    tag,
    offset === undefined ? undefined : length === undefined ? `${offset}` : `${offset}+${length}`,
    `${durationMs.toFixed(3)} ms`,
    printable(file),
    to === undefined ? undefined : `-> ${printable(to)}`,
    failure === undefined ? undefined : `(${failure})`,
  ]
  return `platter trace: ${words.filter((word) => word !== undefined).join(' ')}`
}

/** One line of `--trace --output json`. */
interface TraceJson extends Omit<FileAccess, 'startedAt' | 'durationMs'> {
  readonly level: 'trace'
  /** Seconds since the process began. */
  readonly time: number
  readonly milliseconds: number
}

const traceJson = ({ startedAt, durationMs, ...access }: FileAccess): TraceJson => ({
  level: 'trace',
  time: Number((startedAt / 1000).toFixed(6)),
  ...access,
  milliseconds: Number(durationMs.toFixed(3)),
})
