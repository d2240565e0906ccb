import { pageClusters, type ReferenceCounts } from '../check/reference-counts.ts'

/** Neighbouring clusters with the same count of references. */
export interface CountRun {
  readonly first: number
  readonly clusters: number
  readonly count: number
}

/** The clusters of a window that are referenced at all, page by page. */
export function* countRuns(counts: ReferenceCounts): Generator<CountRun> {
  const end = Math.min(counts.end, counts.touchedEnd)
  for (let page = counts.first; page < end; page += pageClusters) {
    const to = Math.min(end, page + pageClusters)
    const uniform = counts.uniform(page, to - page)
    if (uniform !== undefined) {
      if (uniform > 0) yield { first: page, clusters: to - page, count: uniform }
      continue
    }
    let first = page
    let count = counts.get(page)
    for (let cluster = page + 1; cluster <= to; cluster++) {
      const next = cluster === to ? -1 : counts.get(cluster)
      if (next === count) continue
      if (count > 0) yield { first, clusters: cluster - first, count }
      first = cluster
      count = next
    }
  }
}
