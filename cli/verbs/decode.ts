import path from 'node:path'
import { decodeInto } from '../images/decode-into.ts'
import type { decoding } from '../table/converting-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

/** `platter decode`: the disk as a raw file, or on standard output. */
export const decode: RunVerb<OptionValues<typeof decoding>> = async ({
  operands: [source = '', target = targetBeside(source)],
  options,
  host,
}) => {
  if (source === '-') {
    throw new UsageError('decode needs a file; "platter stream-decode" reads standard input.')
  }
  const { format, links, snapshot } = options
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
