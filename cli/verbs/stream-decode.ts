import { decodeInto } from '../images/decode-into.ts'
import { inputStream } from '../input/input-stream.ts'
import { refuseOwnSource } from '../input/refuse-own-source.ts'
import type { streamDecoding } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter stream-decode`: an image out of a pipe, as a raw file or into another pipe. */
export const streamDecode: RunVerb<OptionValues<typeof streamDecoding>> = async ({
  operands: [source = '-', target = '-'],
  options,
  host,
}) =>
  decodeInto({
    kind: 'stream-decode',
    source,
    target,
    host,
    options,
    work: async (to, context) => {
      if (to.kind === 'file') await refuseOwnSource(source, to.path)
      const { name, bytes } = inputStream(source, host)
      return host.engine.streamDecode(bytes, to, { ...context, name })
    },
  })
