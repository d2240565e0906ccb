import { ImageError } from '../errors/image-error.ts'
import type { InPlacePlan } from '../qcow2/compact/in-place-plan.ts'
import type { Survey } from '../qcow2/compact/survey.ts'
import { zeroRuleOf } from '../qcow2/compact/zero-rule.ts'
import { mustBeRewritable } from '../qcow2/rewrite/rewrite-rules.ts'
import type { SpareSpace } from '../storage/punch-spare-space.ts'
import { SPARE_BLOCK } from '../storage/spare-space.ts'
import { estimatedSeconds } from './compact-estimate.ts'
import type { InPlaceFigures } from './compact-figures.ts'
import type { SpaceLook } from './compact-look.ts'
import type { CompactMode, FileExtent, ModeNote, ModePlan } from './compact-plan.ts'
import type { RawLook } from './compact-raw.ts'
import { rewrittenSize } from './compact-rewrite-size.ts'
import type { ZeroLook } from './compact-zeroes.ts'
import type { ProofDigest } from './proof-digest.ts'

/** What the figures of every mode of a qcow2 image follow from. */
export interface ModeFacts {
  readonly path: string
  readonly before: FileExtent
  readonly look: SpaceLook
  readonly zeroes: ZeroLook
  /** What moving would come to; zeroes that are known are left out of it. */
  readonly inPlace: InPlaceFigures
  /** What punching the external data file would give back, when there is one. */
  readonly dataFile: DataFileFacts | undefined
  /** How the proof hashes content. */
  readonly proofDigest: ProofDigest
  /** What stops every mode. */
  readonly refusals: readonly ImageError[]
  /** The refcounts are counted anew before anything else. */
  readonly isDirty: boolean
}

export interface DataFileFacts {
  readonly extent: FileExtent
  readonly spare: (SpareSpace & { readonly promisedBytes: number }) | undefined
}

/** Every mode of a qcow2 image, with what it would come to. */
export function modesOfQcow2(facts: ModeFacts): Readonly<Record<CompactMode, ModePlan>> {
  return {
    'in-place': inPlaceMode(facts),
    punch: punchMode(facts),
    rewrite: rewriteMode(facts),
    zeroes: zeroesMode(facts),
  }
}

function inPlaceMode(facts: ModeFacts): ModePlan {
  const { before, look, inPlace, zeroes } = facts
  const { area } = look.survey
  const { clusterSize } = area.geometry
  const { plan, storedBehind, holesFilled } = inPlace
  const bytes = plan.movedBytes
  // Of a sample nobody knows which clusters are zero, only how many about.
  const isEstimate = zeroes.clusters === undefined && discardsZeroes(area)
  const estimated = isEstimate ? (zeroes.bytes ?? 0) : 0
  const estimatedStored = isEstimate ? zeroes.estimatedStored : 0
  const fileLength = Math.max(plan.fileLength - estimated, clusterSize)
  const { allocatedBytes: stored } = before
  const after: FileExtent = {
    fileLength,
    allocatedBytes:
      stored === undefined
        ? undefined
        : Math.max(stored - storedBehind + holesFilled - estimatedStored, 0),
  }
  const gains = plan.gains || estimated >= clusterSize
  const recounts = gains && look.survey.overcounted > 0
  return planOf(facts, {
    after,
    isExact: (!isEstimate || zeroes.marginBytes === 0) && !recounts,
    moved: { clusters: movedClusters(plan), bytes },
    temporaryBytes: holesFilled,
    work: {
      readBytes: 3 * look.survey.bytesRead + bytes + proofBytes(facts),
      writtenBytes: bytes + look.survey.bytesRead,
    },
    gains,
    recounts,
    notes: [
      ...preallocationNote(facts),
      ...(area.dataFileName !== undefined || area.encryption === 'luks' ? tablesOnly : []),
    ],
  })
}

const movedClusters = ({ moved }: InPlacePlan): number =>
  Object.values(moved).reduce((sum: number, clusters: number) => sum + clusters, 0)

const tablesOnly: readonly ModeNote[] = ['moves-tables-only']

const preallocationNote = ({ zeroes }: ModeFacts): readonly ModeNote[] =>
  zeroes.spare.promisedBytes > 0 ? ['gives-up-preallocation'] : []

function punchMode(facts: ModeFacts): ModePlan {
  const { before, look, zeroes, dataFile } = facts
  const { spare, scan, estimatedStored: estimated } = zeroes
  const { clusterSize } = look.survey.area.geometry
  // Of promised space only what was looked at is given up.
  const promised = zeroes.bytes === undefined ? 0 : spare.promisedBytes
  const own = spare.unusedBytes + spare.zeroBytes + promised + estimated
  const others =
    dataFile?.spare === undefined ? 0 : dataFile.spare.zeroBytes + dataFile.spare.promisedBytes
  const data = zeroes.bytes === undefined ? 0 : Math.max(scan.totalBytes, scan.bytesRead)
  return planOf(facts, {
    after: {
      fileLength: before.fileLength,
      allocatedBytes:
        before.allocatedBytes === undefined ? undefined : Math.max(before.allocatedBytes - own, 0),
    },
    // Where reserved space lies, and so how much of it goes, nobody can ask; and where refcounts are
    // counted anew the free end of the file goes with the old ones.
    isExact: zeroes.marginBytes === 0 && promised === 0 && !facts.isDirty,
    moved: nothingMoves,
    temporaryBytes: 0,
    work: {
      readBytes: 3 * look.survey.bytesRead + data + proofBytes(facts),
      writtenBytes: look.causes.leakedBytes === 0 ? 0 : look.survey.bytesRead,
    },
    gains: own + others >= clusterSize || look.causes.leakedBytes > 0,
    holes: spare.holes + (dataFile?.spare?.holes ?? 0),
    notes: preallocationNote(facts),
  })
}

function rewriteMode(facts: ModeFacts): ModePlan {
  const { before, look, zeroes } = facts
  const { survey } = look
  const { expected: fileLength, atMost } = rewrittenSize(survey, zeroes)
  const { clusterSize } = survey.area.geometry
  const isShorter = before.fileLength - fileLength >= clusterSize
  const refusal = rewriteRefusal(survey)
  return planOf(facts, {
    after: { fileLength, allocatedBytes: before.allocatedBytes && fileLength },
    isExact: false,
    moved: nothingMoves,
    temporaryBytes: atMost,
    work: {
      readBytes: 3 * survey.bytesRead + fileLength + proofBytes(facts),
      writtenBytes: fileLength,
    },
    gains: isShorter,
    notes: preallocationNote(facts),
    ...(refusal === undefined ? {} : { refusal }),
  })
}

function rewriteRefusal({ area }: Survey): ImageError | undefined {
  try {
    mustBeRewritable(area, 'none')
    return undefined
  } catch (error) {
    return ImageError.from(error)
  }
}

function zeroesMode(facts: ModeFacts): ModePlan {
  const { before, look, zeroes, inPlace } = facts
  const { area } = look.survey
  const { onlyZeroes, storedBehindZeroes } = inPlace
  const { fileLength } = onlyZeroes
  const { allocatedBytes: stored } = before
  const allocatedBytes = stored && Math.max(stored - storedBehindZeroes, 0)
  // Without a look at all of it nobody can say that there are none.
  const gains = zeroes.clusters === undefined || onlyZeroes.gains
  const recounts = gains && look.survey.overcounted > 0
  return planOf(facts, {
    after: { fileLength, allocatedBytes },
    isExact: zeroes.clusters !== undefined && !recounts && !facts.isDirty,
    moved: nothingMoves,
    temporaryBytes: 0,
    work: {
      readBytes: 3 * look.survey.bytesRead + zeroes.scan.totalBytes + proofBytes(facts),
      writtenBytes: onlyZeroes.gains ? look.survey.bytesRead : 0,
    },
    gains,
    recounts,
    notes: preallocationNote(facts),
    ...(discardsZeroes(area) ? {} : { refusal: whyNoZeroes(area) }),
  })
}

export interface RawFacts extends Pick<ModeFacts, 'path' | 'before' | 'refusals' | 'proofDigest'> {
  readonly look: RawLook
}

/** Every mode of a raw image: all but one are refused, for there are no clusters to move or leave out. */
export function modesOfRaw({
  path,
  before,
  look: { spare, scan, isEstimate },
  refusals,
  proofDigest,
}: RawFacts): Readonly<Record<CompactMode, ModePlan>> {
  const bytes = spare === undefined ? 0 : spare.zeroBytes + spare.promisedBytes
  const { fileLength, allocatedBytes: stored } = before
  // What a plan has not read will be, in search of zeroes.
  const readBytes = Math.max(scan.totalBytes, spare === undefined ? (stored ?? fileLength) : 0)
  const punch: Figures = {
    after:
      spare === undefined
        ? undefined
        : { fileLength, allocatedBytes: stored && Math.max(stored - bytes, 0) },
    isExact: spare !== undefined && !isEstimate && spare.promisedBytes === 0,
    moved: nothingMoves,
    temporaryBytes: 0,
    // To look for zeroes, and to prove before and after that nothing else changed.
    work: { readBytes: 3 * readBytes, writtenBytes: 0 },
    gains: spare === undefined || bytes >= SPARE_BLOCK,
    holes: spare?.holes ?? 0,
    notes: spare !== undefined && spare.promisedBytes > 0 ? ['gives-up-preallocation'] : [],
  }
  const unstoredBytes = Math.max(fileLength - readBytes, 0)
  const look = { unstoredBytes, recountBytes: 0 }
  const facts = { path, refusals, proofDigest, isDirty: false, look }
  const refused = (field: CompactMode): ModePlan => {
    const error = new ImageError('compact-not-possible', {
      field,
      found: 'a raw image is the disk, byte for byte: all of it has its place',
      expected: 'Punch it, or convert it to qcow2.',
    })
    const none = { ...punch, after: undefined, isExact: true, gains: false, notes: [] }
    return planOf(facts, { ...none, refusal: error })
  }
  return {
    'in-place': refused('in-place'),
    punch: planOf(facts, punch),
    rewrite: refused('rewrite'),
    zeroes: refused('zeroes'),
  }
}

const nothingMoves = { clusters: 0, bytes: 0 }

/** Whether entries of clusters that are all zero can say so without the cluster. */
const discardsZeroes = (area: Survey['area']): boolean => zeroRuleOf(area) !== 'kept'

function whyNoZeroes({ dataFileName, encryption }: Survey['area']): ImageError {
  const found =
    dataFileName !== undefined
      ? 'its data lies in a file of its own, where every cluster has a fixed place'
      : encryption !== 'none'
        ? 'it is encrypted, so that zeroes cannot be told from other content'
        : 'version 2 of the format cannot say that a cluster above a backing file is zero'
  return new ImageError('compact-not-possible', { field: 'zeroes', found })
}

/** The content is read twice, in every state. */
const proofBytes = ({ look }: ModeFacts): number => 2 * look.stateBytes

type Figures = Omit<ModePlan, 'allowed' | 'refusals' | 'estimatedSeconds'> & {
  readonly refusal?: ImageError
  /** Calls to the host that make one. */
  readonly holes?: number
  /** Refcounts that are too high are counted anew first, and what they take is not known before. */
  readonly recounts?: boolean
}

function planOf(
  {
    refusals,
    isDirty,
    path,
    proofDigest,
    look: { unstoredBytes, recountBytes },
  }: Pick<ModeFacts, 'refusals' | 'isDirty' | 'path' | 'proofDigest'> & {
    readonly look: Pick<SpaceLook, 'unstoredBytes' | 'recountBytes'>
  },
  { refusal, notes, holes = 0, recounts = false, ...figures }: Figures,
): ModePlan {
  const all = refusal === undefined ? refusals : [...refusals, refusal]
  const isRecounted = isDirty || recounts
  const hashedUnread = proofDigest === 'sha256' ? 2 * unstoredBytes : 0
  return {
    ...figures,
    temporaryBytes: figures.temporaryBytes + (isRecounted ? recountBytes : 0),
    allowed: all.length === 0,
    refusals: all.map((error) => error.with({ path }).toJSON()),
    notes: isRecounted ? [...notes, 'rebuilds-refcounts-first'] : notes,
    estimatedSeconds: estimatedSeconds(figures, { holes, hashedUnread }),
  }
}
