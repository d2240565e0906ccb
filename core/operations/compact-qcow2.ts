import { invariant, unreachable } from '../base/assert.ts'
import type { BitSet } from '../base/bit-set.ts'
import type { OperationContext } from '../progress.ts'
import { compactInPlace } from '../qcow2/compact/compact-in-place.ts'
import { punchQcow2 } from '../qcow2/compact/punch.ts'
import { surveyImage } from '../qcow2/compact/survey-image.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { readyToChange } from '../qcow2/ready-to-change.ts'
import type { HeldImage } from './compact-hold.ts'
import { mustBeSound } from './compact-look.ts'
import type { CompactMode, ZeroScan } from './compact-plan.ts'
import { digestsOf, mustBeClean, mustBeSame, proveBefore, type Proof } from './compact-proof.ts'
import type { Host } from './host.ts'
import { punchRaw } from './punch-raw.ts'
import { settledView } from './settled-view.ts'

/** What was done inside the file of an image. Bytes throughout. */
export interface WorkDone {
  readonly movedBytes: number
  readonly zeroBytes: number
  readonly leakedBytes: number
  readonly punchedBytes: number
  readonly peakExtraBytes: number
}

export interface CompactTask extends OperationContext {
  readonly mode: Exclude<CompactMode, 'rewrite'>
  /** How far the plan looked: what it did not look for stays. */
  readonly scan: ZeroScan
  readonly verify: boolean
}

/**
 * Compacts a held qcow2 image inside its file, with the proof around it: content is hashed before anything
 * changes and once all is durable, then the image is checked. Nothing gained is nothing written, and no
 * proof of it. Throws `contradictions-found`, `content-differs`, `compact-check-failed`, and what the mode
 * throws.
 */
export async function compactQcow2(
  host: Host,
  held: HeldImage,
  { mode, scan, verify, ...context }: CompactTask,
): Promise<WorkDone & Proof> {
  const { file } = held.image
  invariant(held.area !== undefined, 'the image is qcow2')
  const view = await settledView({ file, area: held.area }, context)
  const leaks = await mustBeSound(view, context)
  const findsZeroes = mode === 'zeroes' || (mode === 'in-place' && scan !== 'none')
  const look = { findsZeroes, verify }
  const { before, zero } = await proveBefore(host, held, view, look, context)

  // Not before now, for it changes the file.
  const area = view.isDirty ? await readyToChange(file, context) : held.area
  const done = await workIn(held, area, { mode, scan, zero, context })
  if (!held.isChanged()) return { ...done, before: [], after: [] }
  await held.settle()

  const now = { file, area: readHeaderArea(file) }
  const after = verify ? await digestsOf(host, held, now, { ...context, phase: 'hash-after' }) : []
  mustBeSame(file.name, { before, after })
  // References that were counted and not there may be counted still; no new ones are.
  await mustBeClean(now, { leaks }, context)
  return { ...done, before, after }
}

async function workIn(
  held: HeldImage,
  area: HeaderArea,
  {
    mode,
    scan,
    zero,
    context,
  }: Pick<CompactTask, 'mode' | 'scan'> & {
    readonly zero: BitSet | undefined
    readonly context: OperationContext
  },
): Promise<WorkDone> {
  const { file } = held.image
  const { clusterSize } = area.geometry
  switch (mode) {
    case 'in-place':
    case 'zeroes': {
      const onlyZeroes = mode === 'zeroes'
      const outcome = await compactInPlace(file, area, { zero, onlyZeroes, ...context })
      return {
        movedBytes: outcome.movedBytes,
        zeroBytes: outcome.zeroClusters * clusterSize,
        leakedBytes: outcome.leakedClusters * clusterSize,
        punchedBytes: 0,
        peakExtraBytes: outcome.peakExtraBytes,
      }
    }
    case 'punch': {
      const survey = await surveyImage(file, area, context)
      const scanZeroes = scan !== 'none'
      const own = await punchQcow2(file, survey, { scanZeroes, ...context })
      const other =
        held.dataFile !== undefined && scanZeroes
          ? await punchRaw(held.dataFile.file, context)
          : undefined
      return {
        movedBytes: 0,
        zeroBytes: own.zeroBytes + (other?.zeroBytes ?? 0),
        leakedBytes: own.leakedFreed,
        punchedBytes: own.punchedBytes + (other?.punchedBytes ?? 0),
        peakExtraBytes: 0,
      }
    }
    default:
      return unreachable(mode)
  }
}
