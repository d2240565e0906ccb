import {
  ImageError,
  operationPhases,
  tellOfResize,
  type OperationContext,
  type ResizePlan,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { describeResize, lossWords, type ResizeAnswer } from '../output/describe-resize.ts'
import { guestSteps } from '../output/guest-steps.ts'
import { errorJson, exitCodeOf } from '../output/print-error.ts'
import { recordChange } from '../output/record-change.ts'
import type { SizeChange } from '../parse/size.ts'
import { sizeChangeOperand } from '../parse/size-operand.ts'
import type { ResizeJson } from '../schemas/resize-json.ts'
import type { resizing } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

type ResizeWords = OptionValues<typeof resizing>

/** Disks have whole sectors. */
const SECTOR = 512

/** `platter resize`: grows without loss, shrinks with consent, and says what each means. */
export const resize: RunVerb<ResizeWords> = async ({ operands, options: words, host }) => {
  const [file = '', word] = operands
  const change = sizeChangeOperand(word, words.size)
  if (change === undefined) {
    throw new UsageError('A size is missing: resize disk.qcow2 20G, or +10G, or -10G.')
  }
  if (change.kind === 'exactly' && change.bytes === 0) {
    throw new UsageError('A disk cannot have 0 bytes.')
  }
  const work = (path: string, context: OperationContext) =>
    resizeOne(path, { host, words, change }, context)
  const record = recordChange(
    { host, options: words },
    { kind: 'resize', parameters: { size: wordOf(change) }, tell: tellOfResize },
  )
  return changeImages(
    [file],
    { host, options: words },
    {
      work,
      record,
      phases: operationPhases.resize,
      json: resizeJson,
      text: describeResize,
      codeOf,
    },
  )
}

interface ResizeRun {
  readonly host: Host
  readonly words: ResizeWords
  readonly change: SizeChange
}

async function resizeOne(
  path: string,
  { host, words, change }: ResizeRun,
  context: OperationContext,
): Promise<ResizeAnswer> {
  const { engine } = host
  const { format, links, dryRun, ignoreDataLoss, preallocation, moveGptBackup, keepCut } = words
  const info = await engine.readInfo(path, { ...context, format, links })
  const size = sizeAfter(path, info.virtualSize, change)
  const isAgreed = ignoreDataLoss || keepCut !== undefined
  const isLooked = size < info.virtualSize && (dryRun || !isAgreed)
  const plan = await engine.planResize(path, {
    ...context,
    format,
    links,
    size,
    preallocation,
    moveGptBackup,
    // What is to be lost was agreed to or is kept, and what grows loses nothing: then only tables are read.
    ...(isLooked ? {} : { scanLimit: 0 }),
  })
  mustBeAsAsked(path, plan, { change, found: info.virtualSize })
  if (dryRun) return { plan, keepCut, result: undefined }
  if (plan.allowed && plan.kind === 'shrink' && !isAgreed) throw needsConsent(path, plan)
  const consent = ignoreDataLoss ? plan.consentNeeded : []
  const result = await engine.resizeImage(path, plan, { ...context, links, consent, keepCut })
  return { plan, keepCut, result }
}

/** In whole sectors, as `create` has them. Throws `invalid-argument` for what would be no disk. */
function sizeAfter(path: string, before: number, { kind, bytes }: SizeChange): number {
  const after = kind === 'exactly' ? bytes : kind === 'grow' ? before + bytes : before - bytes
  const size = Math.ceil(after / SECTOR) * SECTOR
  if (size > 0 && Number.isSafeInteger(size)) return size
  throw new ImageError('invalid-argument', {
    path,
    field: 'The size',
    expected: `a disk of at least ${SECTOR} bytes (it has ${before})`,
    found: `${after} bytes`,
  })
}

/** A difference was added to the size from a moment ago: somebody may have come in between. */
function mustBeAsAsked(
  path: string,
  { before }: ResizePlan,
  { change, found }: { readonly change: SizeChange; readonly found: number },
): void {
  if (change.kind === 'exactly' || before.virtualSize === found) return
  const facts = { path, field: 'virtual size', expected: found, found: before.virtualSize }
  throw new ImageError('plan-outdated', facts)
}

function needsConsent(path: string, plan: ResizePlan): ImageError {
  const { safeSize } = plan.layout
  const limit = plan.after.virtualSize
  const expected =
    safeSize === undefined
      ? undefined
      : safeSize <= limit
        ? 'Look with --dry-run'
        : `Choose ${safeSize} bytes or more, which keep all there is, make it smaller in the guest first`
  const facts = expected === undefined ? {} : { expected }
  return new ImageError('shrink-needs-consent', { path, limit, found: lossWords(plan), ...facts })
}

/** A plan that cannot be carried out answers as carrying it out would. */
function codeOf({ plan }: ResizeAnswer): ExitCode {
  const [refusal] = plan.refusals
  return refusal === undefined ? exitCodes.fine : exitCodeOf(ImageError.fromJSON(refusal))
}

const wordOf = ({ kind, bytes }: SizeChange): string =>
  `${kind === 'grow' ? '+' : kind === 'shrink' ? '-' : ''}${bytes}`

function resizeJson(filename: string, { plan, result }: ResizeAnswer): ResizeJson {
  const { path: _path, stamp: _stamp, dataFile: _dataFile, refusals, ...rest } = plan
  const json = {
    version: 1,
    filename,
    plan: { ...rest, refusals: refusals.map(errorJson) },
  } as const
  const steps = guestSteps(plan)
  if (result === undefined) return { ...json, guestSteps: steps }
  const { before, after, freedBytes, kept } = result
  return { ...json, guestSteps: steps, result: { before, after, freedBytes, kept } }
}
