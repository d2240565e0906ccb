import type { EncodeCompression } from './encode-options.ts'

/** What an image has come to, or would come to. */
export interface EncodedImage {
  /** Of the file that was read; undefined for input. */
  readonly source: string | undefined
  readonly sourceFormat: 'qcow2' | 'raw'
  readonly virtualSize: number
  readonly clusterSize: number
  readonly version: 2 | 3
  readonly refcountBits: number
  readonly lazyRefcounts: boolean
  readonly compression: EncodeCompression
  readonly guestClusters: number
}

export interface EncodePlan extends EncodedImage {
  /** Guest clusters that hold something else than zeroes. */
  readonly dataClusters: number
  /** Bytes. */
  readonly fileLength: number
  /** Compressed, the file gets shorter than that. */
  readonly isExact: boolean
  /** From all files of the chain. */
  readonly bytesRead: number
}

/** An image file that was made. */
export interface EncodedFile {
  /** Absolute; of a file that was replaced, with every symbolic link followed. */
  readonly path: string
  /** Whether another file had the name before. */
  readonly replaced: boolean
  /** undefined where the host does not tell. */
  readonly allocatedBytes: number | undefined
}

export interface EncodeResult extends EncodedImage {
  /** undefined when the image went into a sink. */
  readonly target: EncodedFile | undefined
  /** Bytes. */
  readonly fileLength: number
  /** Guest clusters that are stored as they are, and compressed, with the bytes of their data. */
  readonly dataClusters: number
  readonly compressedClusters: number
  readonly compressedBytes: number
  /** From all files of the chain (twice for a sink), or from the input. */
  readonly bytesRead: number
}
