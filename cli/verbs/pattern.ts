import {
  formatBytes,
  operationPhases,
  type OperationContext,
  type PatternResult,
} from '../../core/index.ts'
import type { ExitCode } from '../exit-codes.ts'
import { changeImages, type TextLayout } from '../images/change-images.ts'
import { exactBytes } from '../output/exact-bytes.ts'
import { recordChange } from '../output/record-change.ts'
import {
  patternJson,
  wantedPattern,
  type PatternCall,
  type PatternWords,
  type WantedPattern,
} from '../parse/wanted-pattern.ts'
import type { PatternMadeJson } from '../schemas/pattern-json.ts'
import type { RunVerb } from '../table/verb.ts'
import { formatFacts } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { UsageError } from '../usage-error.ts'
import { verifyPatterns } from './verify-patterns.ts'

/** `platter pattern`: makes an image with a pattern, or looks whether images hold one. */
export const pattern: RunVerb<PatternWords> = async (call) => {
  const { operands, options } = call
  if (operands.includes('-')) throw new UsageError('pattern needs files; it takes no pipe.')
  const wanted = wantedPattern(options)
  return options.verify ? verifyPatterns(call, wanted) : make(call, wanted)
}

async function make(
  { operands, options, host }: PatternCall,
  wanted: WantedPattern,
): Promise<ExitCode> {
  const { size, format, compress, overwrite } = options
  if (operands.length > 1) throw new UsageError('pattern makes one image; --verify takes several.')
  if (size === undefined) throw new UsageError('A size is missing: pattern disk.qcow2 --size 1G.')
  if (size === 0) throw new UsageError('A disk of 0 bytes holds no pattern.')
  if (compress !== undefined && wanted.kind !== 'random') {
    throw new UsageError('--compress needs --pattern random: only text is packed.')
  }
  if (compress !== undefined && format === 'raw') {
    throw new UsageError('--compress needs qcow2: a raw image holds bytes as they are.')
  }
  const work = (path: string, context: OperationContext): Promise<PatternResult> =>
    host.engine.makePattern(path, { ...context, ...wanted, size, format, compress, overwrite })
  const record = recordChange<PatternResult>(
    { host, options },
    { kind: 'pattern', tell: tellOfPattern, made: operands[0] },
  )
  return changeImages(
    operands,
    { host, options },
    {
      work,
      phases: operationPhases.pattern,
      record,
      json: (filename, made) => madeJson(filename, wanted, made),
      text: describeMade,
    },
  )
}

function describeMade(path: string, made: PatternResult, { paint }: TextLayout): string {
  const { format, virtualSize, writtenBytes, discardedBytes, fileLength, allocatedBytes } = made
  const facts = [
    ['Virtual size', exactBytes(virtualSize)],
    ['Written', formatBytes(writtenBytes)],
    ['Discarded again', formatBytes(discardedBytes)],
    ['File length', exactBytes(fileLength)],
    ['On disk', allocatedBytes === undefined ? 'not known' : formatBytes(allocatedBytes)],
  ] as const
  return `${paint(printable(path), 'strong')}: ${format} image with a pattern made\n${formatFacts(facts, paint)}`
}

const tellOfPattern = ({ format, virtualSize, writtenBytes, fileLength }: PatternResult) => ({
  summary: `${formatBytes(virtualSize)} ${format} image with a pattern made`,
  facts: [
    { label: 'Virtual size', bytes: virtualSize },
    { label: 'Written', bytes: writtenBytes },
    { label: 'File length', bytes: fileLength },
  ],
})

function madeJson(
  filename: string,
  wanted: WantedPattern,
  { path: _path, ...made }: PatternResult,
): PatternMadeJson {
  return { version: 1, filename, pattern: patternJson(wanted), ...made }
}
