import type { OperationContext } from '../progress.ts'
import type { ImageStamp } from './image-stamp.ts'

/** What can be changed of an image that is there; what is left out stays as it is. */
export interface AmendOptions {
  readonly version?: 2 | 3 | undefined
  readonly lazyRefcounts?: boolean | undefined
  /** 1, 2, 4 … 64; version 2 has 16. Becoming version 2 without a width means 16. */
  readonly refcountBits?: number | undefined
}

export interface AmendContext extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** The state that a plan was made for; nothing is changed in another one. */
  readonly stamp?: ImageStamp | undefined
}

/** The options that can be changed, as an image has them. */
export interface AmendableOptions {
  readonly version: 2 | 3
  readonly lazyRefcounts: boolean
  readonly refcountBits: number
}

/**
 * What has to be done, in this order. Each step is whole or not done at all, whenever the power fails;
 * between two of them the image is valid and has the same content.
 */
export type AmendStep =
  /** The image was not closed properly: its refcounts are counted anew. */
  | { readonly kind: 'rebuild-refcounts' }
  /** Zero clusters are written out (`written`) or become unallocated: version 2 has no flag for them. */
  | {
      readonly kind: 'expand-zero-clusters'
      readonly clusters: number
      readonly written: number
      /** Of the clusters to be written, about so many bytes are new in the file. */
      readonly newBytes: number
    }
  /** Snapshots of version 2 need not say how large their disk is; those of version 3 must. */
  | { readonly kind: 'complete-snapshots'; readonly snapshots: number }
  | { readonly kind: 'refcount-width'; readonly from: number; readonly to: number }
  | { readonly kind: 'version'; readonly from: 2 | 3; readonly to: 2 | 3 }
  | { readonly kind: 'lazy-refcounts'; readonly to: boolean }

export interface AmendPlan {
  readonly path: string
  readonly before: AmendableOptions
  readonly after: AmendableOptions
  /** Empty when the image is as wanted already. */
  readonly steps: readonly AmendStep[]
  readonly stamp: ImageStamp
}

export interface AmendResult {
  /** As it was carried out. */
  readonly plan: AmendPlan
  /** Bytes. */
  readonly fileLength: { readonly before: number; readonly after: number }
}
