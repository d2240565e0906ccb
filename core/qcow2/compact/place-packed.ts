import { ceilDiv } from '../../base/bits.ts'
import { SECTOR } from '../format/constants.ts'
import type { Layout } from './layout.ts'
import type { PackedMoves } from './move-round.ts'
import { firstSector, type PackedList } from './packed-list.ts'
import { use } from './survey.ts'
import { lowerBound } from './table-weights.ts'

/** Room for packed data: free clusters, whole runs of neighbours. */
interface Room {
  /** Free clusters from here on. */
  readonly from: number
  /** Up to here. */
  readonly to: number
}

/**
 * Finds places in the free clusters of [room.from, room.to) for all packed data that touches a cluster at
 * or behind `room.to`; undefined when they do not fit.
 *
 * Whole sectors move, so nothing is packed anew and no descriptor claims more than before. What shares a
 * sector with its predecessor keeps its distance, and what does not follows without a gap, as long as
 * there are free neighbours; at the end of a run of them a shared sector is stored twice. No cluster gets
 * more references than refcounts of this width can count.
 */
export async function placePacked(
  layout: Layout,
  room: Room,
  breathe: () => Promise<void> | undefined,
): Promise<PackedMoves | undefined> {
  const { packed } = layout
  const moving = movingUnits(packed, room.to * (layout.clusterSize / SECTOR))
  const offsets = new Float64Array(moving.length)
  const places = new Float64Array(moving.length)
  const sectors = new Uint16Array(moving.length)
  const placer = new Placer(layout, room)
  for (const [index, first] of moving.entries()) {
    const sector = placer.place(first)
    if (sector === undefined) return undefined
    const offset = packed.offsets[first] ?? 0
    offsets[index] = offset
    places[index] = sector * SECTOR + (offset % SECTOR)
    sectors[index] = packed.sectors[first] ?? 0
    if (index % turnUnits === 0) {
      const turn = breathe()
      if (turn !== undefined) await turn
    }
  }
  return { offsets, places, sectors }
}

/** Units between two looks at the clock. */
const turnUnits = 1024

/** Of every place with packed data that reaches past `border`, the first entry of the list, the longest. */
function movingUnits(packed: PackedList, border: number): Uint32Array {
  const units: number[] = []
  const { length, offsets, sectors } = packed
  let longest = 0
  for (let index = 0; index < length; index++) longest = Math.max(longest, sectors[index] ?? 0)
  const start = lowerBound(offsets, (border - longest) * SECTOR)
  for (let index = start; index < length; index++) {
    if (index > 0 && offsets[index] === offsets[index - 1]) continue
    if (firstSector(packed, index) + (sectors[index] ?? 0) > border) units.push(index)
  }
  return Uint32Array.from(units)
}

/** Places one unit behind the other. */
class Placer {
  readonly #layout: Layout
  readonly #perCluster: number
  readonly #end: number
  /** Clusters [#cluster, #runEnd) are the run of free neighbours that is filled now. */
  #runEnd: number
  /** First sector that is free, and the first that would be if the last unit stood where it was before. */
  #next: number
  #sourceEnd = 0
  /** What has to be added to a sector of the source; undefined when nothing is there to keep a distance to. */
  #shift: number | undefined
  /** References to the clusters that may still get more. */
  readonly #counts = new Map<number, number>()

  constructor(layout: Layout, { from, to }: Room) {
    this.#layout = layout
    this.#perCluster = layout.clusterSize / SECTOR
    this.#end = to
    this.#runEnd = from
    this.#next = from * this.#perCluster
  }

  /** Gives the new first sector of the unit whose first entry is `entry`. */
  place(entry: number): number | undefined {
    const { packed } = this.#layout
    const source = firstSector(packed, entry)
    const length = packed.sectors[entry] ?? 0
    const shift = source < this.#sourceEnd ? this.#shift : undefined
    let at = shift === undefined ? this.#next : source + shift
    while (!this.#fits(at, length) || !this.#count(at, entry)) {
      const behind = Math.max(ceilDiv(this.#next, this.#perCluster), this.#clusterOf(at) + 1)
      if (this.#fits(behind * this.#perCluster, length)) at = behind * this.#perCluster
      else if (this.#nextRun()) at = this.#next
      else return undefined
    }
    const keepsDistance = at - source === shift
    this.#shift = at - source
    this.#next = Math.max(this.#next, at + length)
    this.#sourceEnd = Math.max(keepsDistance ? this.#sourceEnd : 0, source + length)
    return at
  }

  #clusterOf(sector: number): number {
    return Math.floor(sector / this.#perCluster)
  }

  #fits(at: number, length: number): boolean {
    return at + length <= this.#runEnd * this.#perCluster
  }

  /** Counts the references of all that stands at the entry's place, unless they are too many. */
  #count(at: number, entry: number): boolean {
    const { packed, mostReferences } = this.#layout
    const first = this.#clusterOf(at)
    const last = this.#clusterOf(at + (packed.sectors[entry] ?? 0) - 1)
    for (let cluster = first; cluster <= last; cluster++) {
      const added = referencesTo(this.#layout, { entry, at, cluster })
      if ((this.#counts.get(cluster) ?? 0) + added > mostReferences) return false
    }
    for (const cluster of this.#counts.keys()) if (cluster < first) this.#counts.delete(cluster)
    for (let cluster = first; cluster <= last; cluster++) {
      const added = referencesTo(this.#layout, { entry, at, cluster })
      this.#counts.set(cluster, (this.#counts.get(cluster) ?? 0) + added)
    }
    return true
  }

  #nextRun(): boolean {
    const { kinds } = this.#layout
    let first = this.#runEnd
    while (first < this.#end && kinds[first] !== use.free) first++
    if (first >= this.#end) return false
    let end = first
    while (end < this.#end && kinds[end] === use.free) end++
    this.#runEnd = end
    this.#next = first * this.#perCluster
    this.#shift = undefined
    return true
  }
}

/** What the descriptors of one place add to the count of a cluster when that place is sector `at`. */
export function referencesTo(
  { packed, clusterSize }: Pick<Layout, 'packed' | 'clusterSize'>,
  { entry, at, cluster }: { readonly entry: number; readonly at: number; readonly cluster: number },
): number {
  const start = (cluster * clusterSize) / SECTOR
  const offset = packed.offsets[entry]
  let references = 0
  for (let index = entry; index < packed.length && packed.offsets[index] === offset; index++) {
    if (at + (packed.sectors[index] ?? 0) > start) references += packed.weights[index] ?? 0
  }
  return references
}
