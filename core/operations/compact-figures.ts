import type { BitSet } from '../base/bit-set.ts'
import { breather } from '../base/abort.ts'
import { SECTOR } from '../qcow2/format/constants.ts'
import type { OperationContext } from '../progress.ts'
import { planInPlace, type InPlacePlan } from '../qcow2/compact/in-place-plan.ts'
import { surveyImage } from '../qcow2/compact/survey-image.ts'
import type { Survey } from '../qcow2/compact/survey.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { StoredRuns } from '../storage/spare-space.ts'

/** What compacting in place, and only letting go of zero clusters, would come to. */
export interface InPlaceFigures {
  readonly plan: InPlacePlan
  readonly onlyZeroes: InPlacePlan
  /** Of what is cut off, bytes that the host stores; and of what is when nothing moves. */
  readonly storedBehind: number
  readonly storedBehindZeroes: number
  /** Of the places that something moves to, bytes that the host does not store yet. */
  readonly holesFilled: number
}

/** `survey` is without zero clusters; `zero` are those that are to be let go of. */
export async function inPlaceFigures(
  file: BlockFile,
  survey: Survey,
  zero: BitSet | undefined,
  context: OperationContext,
): Promise<InPlaceFigures> {
  const { signal, pause } = context
  const hasZeroes = zero !== undefined && zero.size > 0
  const shaped = hasZeroes ? await surveyImage(file, survey.area, { ...context, zero }) : survey
  const plan = await planInPlace(shaped, { signal, pause })
  const onlyZeroes = await planInPlace(shaped, { onlyZeroes: true, signal, pause })
  const storedBehind = ({ fileLength }: InPlacePlan) =>
    new StoredRuns(file).storedIn(fileLength, survey.fileLength)
  return {
    plan,
    onlyZeroes,
    storedBehind: storedBehind(plan),
    storedBehindZeroes: storedBehind(onlyZeroes),
    holesFilled: await holesFilledBy(plan, file, context),
  }
}

/** At most: what the host stores in blocks larger than a cluster may be there already. */
async function holesFilledBy(
  { rounds }: InPlacePlan,
  file: BlockFile,
  { signal, pause }: OperationContext,
): Promise<number> {
  const breathe = breather(signal, { pause, everyCalls: 64 })
  const size = file.size()
  let holes = 0
  for (const { layout, singles, packed, runs } of rounds) {
    const { clusterSize } = layout
    const stored = new StoredRuns(file)
    const add = (from: number, length: number) => {
      const to = Math.min(from + length, size)
      holes += length - stored.storedIn(from, to)
    }
    for (const cluster of singles.destinations) {
      add(cluster * clusterSize, clusterSize)
      const turn = breathe()
      if (turn !== undefined) await turn
    }
    for (const [index, place] of packed.places.entries()) {
      const start = place - (place % SECTOR)
      add(start, (packed.sectors[index] ?? 0) * SECTOR)
    }
    for (const { run, to } of runs) add(to * clusterSize, run.clusters * clusterSize)
  }
  return holes
}
