import type { Environment, WritingEnvironment } from '../image/environment.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { HashAlgorithm } from './hash-result.ts'
import type { ImageUse } from './image-info.ts'

/**
 * What operations need from the machine beyond what opening and reading an image needs. Holding a file as
 * a reader changes nothing, so those who only read may do it too.
 */
export interface Host extends Environment, Pick<WritingEnvironment, 'openForHolding'> {
  createHasher(algorithm: HashAlgorithm): Hasher
  /** Who has an open file open besides us. Takes no lock; never fails. */
  readUse(file: BlockFile): ImageUse
}

/** One running digest. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** So many zeroes come next; only of a digest that need not be fed with them. */
  updateZeroes?(length: number): void
  /** Lower-case hexadecimal; ends the digest. */
  digest(): string
}
