import { breather, throwIfAborted } from '../../base/abort.ts'
import { BitSet } from '../../base/bit-set.ts'
import { isAllZero } from '../../base/zeroes.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile, HostRun } from '../../storage/block-file.ts'
import { use } from './survey.ts'

/** One read: long enough for a disk to be quick, short enough to be stopped between two. */
const windowBytes = 2 * 1024 * 1024
/** Reads that are under way while one is looked at. */
const readAhead = 3
/** What nobody asked for is read along with its neighbours up to here: another read costs more. */
const smallGap = 64 * 1024

/** What of a file is data, by cluster: a `Survey` is one. */
export interface DataClusters {
  readonly kinds: Uint8Array
  readonly area: { readonly geometry: { readonly clusterSize: number } }
}

/** Data clusters whose every byte is zero. */
export interface ZeroClusters {
  /** By host cluster, as long as `Survey.kinds`. */
  readonly clusters: BitSet
  /** Bytes of the clusters that were looked at, whether they had to be read or not. */
  readonly totalBytes: number
  /** Bytes that were read: what lies in holes of the file is known to be zero. */
  readonly bytesRead: number
}

export interface ZeroScanOptions extends OperationContext {
  /** Only these clusters of kind `data`; default all. */
  readonly among?: BitSet | undefined
}

/**
 * Finds the data clusters of an image file that are all zero, reading each once, in the order of the file.
 * Whole clusters only: of an image with subclusters too. One bit a host cluster, and 8 MiB for reads.
 *
 * Stops for a cancel and stands still for a pause at every read of 2 MiB (a cluster, if that is more).
 * Somebody must keep the file as it is meanwhile, or the answer is about no moment at all.
 */
export async function findZeroClusters(
  file: BlockFile,
  survey: DataClusters,
  { among, signal, pause, onProgress }: ZeroScanOptions = {},
): Promise<ZeroClusters> {
  const { kinds } = survey
  const { clusterSize } = survey.area.geometry
  const isCandidate = (cluster: number) =>
    kinds[cluster] === use.data && (among === undefined || among.has(cluster))
  let total = 0
  for (let cluster = 0; cluster < kinds.length; cluster++) if (isCandidate(cluster)) total++

  const breathe = breather(signal, { pause })
  const breatheBetweenReads = breather(signal, { pause, everyMs: 0 })
  const zeroes = new BitSet(kinds.length)
  const holes = new Holes(file)
  const reads: Read[] = []
  const buffers: Uint8Array[] = []
  let looked = 0
  let bytesRead = 0

  const look = (stretch: Stretch, bytes: Uint8Array, from: number) => {
    for (let { first: cluster } = stretch; cluster < stretch.end; cluster++) {
      if (!isCandidate(cluster)) continue
      looked++
      const at = cluster * clusterSize - from
      // Before and behind what was read there are holes.
      const stored = bytes.subarray(Math.max(at, 0), Math.max(at + clusterSize, 0))
      if (isAllZero(stored)) zeroes.add(cluster)
    }
    const done = looked * clusterSize
    onProgress?.({ phase: 'zeroes', done, total: total * clusterSize, unit: 'bytes' })
  }
  const lookAtOldest = async () => {
    const [oldest] = reads
    if (oldest === undefined) return
    const bytes = await oldest.bytes
    reads.shift()
    look(oldest.stretch, bytes, oldest.from)
    buffers.push(new Uint8Array(bytes.buffer))
  }

  try {
    for (const stretch of stretches(kinds.length, isCandidate, clusterSize)) {
      throwIfAborted(signal)
      const stored = holes.storedPart(stretch.first * clusterSize, stretch.end * clusterSize)
      if (stored === undefined) {
        look(stretch, nothing, 0)
      } else {
        const length = stored.end - stored.start
        const buffer = buffers.pop() ?? new Uint8Array(Math.max(windowBytes, clusterSize))
        const into = buffer.subarray(0, length)
        const bytes = file.read(into, stored.start, 'data').then(() => into)
        // A failure is thrown when its turn comes; until then somebody must listen.
        bytes.catch(() => undefined)
        reads.push({ stretch, bytes, from: stored.start })
        bytesRead += length
        if (reads.length > readAhead) await lookAtOldest()
        await breatheBetweenReads()
      }
      const turn = breathe()
      if (turn !== undefined) await turn
    }
    while (reads.length > 0) await lookAtOldest()
  } finally {
    // The caller closes the file next, and the system may give its descriptor to another.
    await Promise.allSettled(reads.map(({ bytes }) => bytes))
  }
  return { clusters: zeroes, totalBytes: total * clusterSize, bytesRead }
}

const nothing = new Uint8Array(0)

/** Host clusters [first, end) that are read at once; the first and the last were asked for. */
interface Stretch {
  readonly first: number
  readonly end: number
}

interface Read {
  readonly stretch: Stretch
  readonly bytes: Promise<Uint8Array>
  /** Byte of the file that the bytes begin with. */
  readonly from: number
}

function* stretches(
  clusters: number,
  isCandidate: (cluster: number) => boolean,
  clusterSize: number,
): Generator<Stretch> {
  const most = Math.max(Math.floor(windowBytes / clusterSize), 1)
  const gap = Math.floor(smallGap / clusterSize)
  let first = -1
  let end = -1
  for (let cluster = 0; cluster < clusters; cluster++) {
    if (!isCandidate(cluster)) continue
    if (first >= 0 && (cluster - first >= most || cluster - end > gap)) {
      yield { first, end }
      first = -1
    }
    if (first < 0) first = cluster
    end = cluster + 1
  }
  if (first >= 0) yield { first, end }
}

/** Which bytes of the file are stored. Asked in ascending order; remembers the last answer. */
class Holes {
  readonly #file: BlockFile
  readonly #size: number
  #run: HostRun = { kind: 'data', end: 0 }

  constructor(file: BlockFile) {
    this.#file = file
    this.#size = file.size()
  }

  /** From the first stored byte of a range to its last; undefined when there is none. */
  storedPart(
    from: number,
    to: number,
  ): { readonly start: number; readonly end: number } | undefined {
    const stop = Math.min(to, this.#size)
    let start: number | undefined
    let end = from
    for (let at = from; at < stop;) {
      if (at >= this.#run.end) this.#run = this.#file.hostRun(at)
      const next = Math.min(this.#run.end, stop)
      if (this.#run.kind === 'data') {
        start ??= at
        end = next
      }
      at = next
    }
    return start === undefined ? undefined : { start, end }
  }
}
