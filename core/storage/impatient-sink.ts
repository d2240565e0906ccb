import { orAborted } from '../base/or-aborted.ts'
import type { ByteSink } from './byte-sink.ts'

/** A sink whose reader may be asleep: a cancel does not wait for it. What was under way then is not heard of. */
export const impatientSink = (sink: ByteSink, signal: AbortSignal | undefined): ByteSink => ({
  write: (bytes) => orAborted(sink.write(bytes), signal),
})
