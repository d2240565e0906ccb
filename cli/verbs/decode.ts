import path from 'node:path'
import { decodeInto } from '../images/decode-into.ts'
import type { decoding } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'
import { streamDecode } from './stream-decode.ts'

/** `platter decode`: the disk as a raw file, or on standard output. */
export const decode: RunVerb<OptionValues<typeof decoding>> = async ({
  operands: [source = '', given],
  options,
  host,
}) => {
  const { format, links, snapshot } = options
  if (source === '-') {
    // What comes once cannot be searched for a snapshot, and has no name to choose a format by.
    if (snapshot !== undefined || format !== undefined) {
      throw new UsageError('--snapshot and --format need an image that is a file.')
    }
    if (given === undefined) throw new UsageError('Name the raw file, or - for standard output.')
    return streamDecode({ operands: [source, given], options, host })
  }
  const target = given ?? targetBeside(source)
  return decodeInto({
    kind: 'decode',
    source,
    target,
    host,
    options,
    work: (to, context) =>
      host.engine.decodeImage(source, to, { ...context, format, links, snapshot }),
  })
}

/** `disk.qcow2` becomes `disk.raw`. */
function targetBeside(source: string): string {
  const { dir, name, ext } = path.parse(source)
  if (ext === '.raw') throw new UsageError(`Name the new file: ${source} is called .raw already.`)
  return path.join(dir, `${name}.raw`)
}
