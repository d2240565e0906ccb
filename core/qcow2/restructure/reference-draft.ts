import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { HostSpace } from './host-space.ts'
import { StoredBlocks } from './stored-blocks.ts'

/** Who refers to which clusters how often, while that changes. Offsets are host offsets. */
export interface References {
  /** `times` more references to each of `clusters` clusters from `offset`. */
  add(offset: number, clusters: number, times?: number): void
  /** `times` less; how many of the clusters nobody refers to any more. */
  remove(offset: number, clusters: number, times?: number): number
  /** Throws `refcounts-contradict` unless every cluster has a reference. */
  mustBeUsed(offset: number, clusters: number): void
  count(hostCluster: number): number
}

/**
 * The references of an image after a change that nobody makes: for plans, which say what a change would
 * free. Starts with the stored refcounts; errors are those of Restructure.
 */
export class ReferenceDraft implements References {
  readonly #space: HostSpace

  constructor(file: BlockFile, area: HeaderArea) {
    const { clusterSize, refcountOrder } = area.geometry
    const stored = new StoredBlocks(file, area)
    this.#space = new HostSpace({
      path: file.name,
      clusterSize,
      refcountOrder,
      source: (page) => stored.page(page),
      knownEnd: 0,
      strict: true,
      onChange: () => {},
    })
  }

  add(offset: number, clusters: number, times = 1): void {
    this.#space.add(this.#space.clusterAt(offset), clusters, times)
  }

  remove(offset: number, clusters: number, times = 1): number {
    return this.#space.remove(this.#space.clusterAt(offset), clusters, times)
  }

  mustBeUsed(offset: number, clusters: number): void {
    this.#space.mustBeUsed(this.#space.clusterAt(offset), clusters)
  }

  count(hostCluster: number): number {
    return this.#space.count(hostCluster)
  }
}
