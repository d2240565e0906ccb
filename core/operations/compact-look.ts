import { ceilDiv } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { surveyImage } from '../qcow2/compact/survey-image.ts'
import { use, type Survey } from '../qcow2/compact/survey.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { snapshotExtras } from '../qcow2/format/snapshot-table.ts'
import { presentClusters } from '../qcow2/snapshot/present-clusters.ts'
import { SnapshotMeasure } from '../qcow2/snapshot/snapshot-measure.ts'
import { readSnapshots } from '../qcow2/snapshots.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { CompactCauses } from './compact-plan.ts'
import type { HeadedFile } from './settled-view.ts'
import { soundnessOf } from './soundness.ts'

/** What the metadata of a qcow2 file says about its space. */
export interface SpaceLook {
  readonly survey: Survey
  readonly causes: Omit<CompactCauses, 'zeroBytes' | 'zeroMarginBytes'>
  /** Bytes of data and tables of every state, what they share counted for each: what a proof reads. */
  readonly stateBytes: number
  /** Of the states' content, what nothing is stored for: a proof of all bytes hashes its zeroes unread. */
  readonly unstoredBytes: number
  /** By which the file is longer, at most, while refcounts that are not right are counted anew. */
  readonly recountBytes: number
}

/**
 * Surveys a file that has no contradictions (`contradictions-found` otherwise) and sums up where its
 * space goes. Leaked clusters are no contradiction.
 */
export async function lookAtSpace(
  file: BlockFile,
  area: HeaderArea,
  context: OperationContext,
): Promise<SpaceLook> {
  await mustBeSound({ file, area }, context)
  const survey = await surveyImage(file, area, context)
  const { snapshots, snapshotBytes, contentBytes } = await measureSnapshots(file, area, context)
  const present = await presentBytes(file, survey, context)
  const stateBytes = present.bytes + snapshotBytes
  return {
    survey,
    causes: {
      ...unusedBytes(survey),
      snapshotOnly: snapshots,
      snapshotOnlyBytes: snapshots.length === 0 ? 0 : present.elsewhere,
      guestFree: 'not-counted',
    },
    stateBytes,
    unstoredBytes: Math.max(area.header.size + contentBytes - stateBytes, 0),
    recountBytes: recountBytes(survey),
  }
}

/** Throws `contradictions-found`; gives how many references are leaked. */
export async function mustBeSound(view: HeadedFile, context: OperationContext): Promise<number> {
  const { contradiction, leaks } = await soundnessOf(view, context)
  if (contradiction !== undefined) throw contradiction
  return leaks
}

/** Refcounts, and tables whose flags change, are there twice then; and the new ones are counted, too. */
function recountBytes({ kinds, area: { geometry } }: Survey): number {
  let clusters = 0
  for (const kind of kinds) {
    if (kind === use.l2 || kind === use.refcountBlock || kind === use.run) clusters++
  }
  const blocks = ceilDiv(kinds.length + clusters, geometry.refcountBlockEntries)
  return (2 * clusters + 2 * blocks) * geometry.clusterSize
}

function unusedBytes({
  kinds,
  area,
  fileLength,
}: Survey): Pick<CompactCauses, 'leakedBytes' | 'holeBytes' | 'tailBytes'> {
  const { clusterSize } = area.geometry
  const isUnused = (kind: number | undefined) =>
    kind === use.free || kind === use.leaked || kind === use.uncounted
  let end = kinds.length
  while (end > 0 && isUnused(kinds[end - 1])) end--
  let leakedBytes = 0
  let holeBytes = 0
  let tailBytes = 0
  // Files have hundreds of millions of clusters, and an iterator costs ten times as much.
  for (let cluster = 0; cluster < kinds.length; cluster++) {
    const kind = kinds[cluster]
    if (!isUnused(kind)) continue
    const start = cluster * clusterSize
    const bytes = Math.min(clusterSize, fileLength - start)
    if (kind === use.leaked) leakedBytes += bytes
    else if (cluster < end) holeBytes += bytes
    else tailBytes += bytes
  }
  return { leakedBytes, holeBytes, tailBytes }
}

async function measureSnapshots(
  file: BlockFile,
  area: HeaderArea,
  { signal, pause }: OperationContext,
): Promise<{
  readonly snapshots: CompactCauses['snapshotOnly']
  readonly snapshotBytes: number
  readonly contentBytes: number
}> {
  const measure = area.dataFileName === undefined ? new SnapshotMeasure(file, area) : undefined
  const snapshots: { id: string; name: string; exclusiveBytes: number | undefined }[] = []
  let snapshotBytes = 0
  let contentBytes = 0
  for (const entry of readSnapshots(file, area.header)) {
    const { id, name } = entry
    const space = await measure?.measure(entry, { signal, pause })
    snapshots.push({ id, name, exclusiveBytes: space?.exclusiveBytes })
    snapshotBytes += (space?.exclusiveBytes ?? 0) + (space?.sharedBytes ?? 0)
    const { diskSize = area.header.size, vmStateSize } = snapshotExtras(entry)
    contentBytes += diskSize + vmStateSize
  }
  return { snapshots, snapshotBytes, contentBytes }
}

/** Bytes of the present state, and bytes of states that it does not refer to. */
async function presentBytes(
  file: BlockFile,
  { kinds, area, runs }: Survey,
  context: OperationContext,
): Promise<{ readonly bytes: number; readonly elsewhere: number }> {
  const present = await presentClusters(file, area, { ...context, clusters: kinds.length })
  let elsewhere = 0
  for (let cluster = 0; cluster < kinds.length; cluster++) {
    const kind = kinds[cluster]
    const isState = kind === use.data || kind === use.packed || kind === use.l2
    if (isState && !present.has(cluster)) elsewhere++
  }
  for (const { kind, clusters } of runs) if (kind === 'snapshot-l1') elsewhere += clusters
  const { clusterSize } = area.geometry
  return { bytes: present.size * clusterSize, elsewhere: elsewhere * clusterSize }
}

/** What stops every mode: the image has to be repaired. */
export const isContradiction = (error: unknown): boolean =>
  error instanceof ImageError && error.reason === 'contradictions-found'
