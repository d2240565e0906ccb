import type { Layout } from '../../../../../core/qcow2/compact/layout.ts'
import { PackedListBuilder } from '../../../../../core/qcow2/compact/packed-list.ts'
import type { StructureRun } from '../../../../../core/qcow2/compact/structure-runs.ts'
import { use } from '../../../../../core/qcow2/compact/survey.ts'
import { TableWeights } from '../../../../../core/qcow2/compact/table-weights.ts'
import type { Random } from '../../../../helpers/random.ts'

/** Shares of all clusters, and the numbers of a geometry. */
export interface LayoutWishes {
  readonly clusters: number
  readonly free: number
  readonly packed: number
  readonly runs: number
  readonly fixed: number
  readonly uncounted: number
  readonly perBlock: number
  /** Sectors. */
  readonly perCluster: number
  readonly mostReferences: number
}

/** A layout that keeps the rules of one, with whatever was wished for at random places. */
export async function randomLayout(random: Random, wish: LayoutWishes): Promise<Layout> {
  const kinds = new Uint8Array(wish.clusters)
  const clusterSize = 512 * wish.perCluster
  const runs: StructureRun[] = []
  const packed = new PackedListBuilder()
  const tables: number[] = []
  kinds[0] = use.fixed
  for (let cluster = 1; cluster < kinds.length; cluster++) {
    if (kinds[cluster] !== use.free || random.chance(wish.free)) continue
    if (random.chance(wish.runs)) addRun(cluster)
    else if (random.chance(wish.fixed)) kinds[cluster] = use.fixed
    else if (random.chance(wish.uncounted)) kinds[cluster] = use.uncounted
    else if (random.chance(wish.packed)) addPacked(cluster)
    else kinds[cluster] = random.pick([use.data, use.data, use.data, use.l2, use.bitmapData])
    if (kinds[cluster] === use.l2) tables.push(cluster)
  }
  return {
    clusterSize,
    perBlock: wish.perBlock,
    mostReferences: wish.mostReferences,
    kinds,
    runs,
    l1Places: [],
    tables: new TableWeights(Uint32Array.from(tables)),
    packed: await packed.build(() => undefined),
    refcountBlocks: addBlocks(),
  }

  function addRun(first: number): void {
    const clusters = Math.min(1 + random.below(3), kinds.length - first)
    kinds.fill(use.run, first, first + clusters)
    const pointer = { in: 'snapshot-table', at: 0 } as const
    runs.push({ kind: 'snapshot-l1', first, clusters, owner: runs.length, pointer })
  }

  /** Some guest clusters one behind the other, in neighbouring clusters. */
  function addPacked(first: number): void {
    let clusters = 1
    while (clusters < 4 && kinds[first + clusters] === use.free && random.chance(0.7)) clusters++
    clusters = Math.min(clusters, kinds.length - first)
    const end = (first + clusters) * clusterSize
    const counts = new Map<number, number>()
    for (let at = first * clusterSize; at < end;) {
      const bytes = 1 + random.below(clusterSize)
      const sectors = Math.floor((at + bytes - 1) / 512) - Math.floor(at / 512) + 1
      const lastByte = (Math.floor(at / 512) + sectors) * 512 - 1
      if (lastByte >= end) break
      const touched = [Math.floor(at / clusterSize), Math.floor(lastByte / clusterSize)]
      const weight = 1 + random.below(Math.min(wish.mostReferences, 3))
      const isCountable = [...new Set(touched)].every((cluster) => {
        const count = (counts.get(cluster) ?? 0) + weight
        counts.set(cluster, count)
        return count <= wish.mostReferences
      })
      if (!isCountable) break
      packed.add(at, sectors, weight)
      for (const cluster of touched) kinds[cluster] = use.packed
      at += bytes
    }
  }

  function addBlocks(): Uint32Array {
    const blocks = new Uint32Array(Math.ceil(kinds.length / wish.perBlock))
    for (const index of blocks.keys()) {
      const candidates = [...kinds.keys()].filter((cluster) => kinds[cluster] === use.data)
      if (candidates.length === 0) continue
      const cluster = random.pick(candidates)
      kinds[cluster] = use.refcountBlock
      blocks[index] = cluster
    }
    return blocks
  }
}
