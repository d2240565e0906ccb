/**
 * What looks at the bytes of a disk and changes them, and makes disks whose bytes are known. Paths, holding and
 * errors are as in `ReadingEngine` and `ChangingEngine`.
 */
import type { OpenDeviceOptions } from './device/open-device.ts'
import type { ReadOptions } from './engine.ts'
import type { DecodeTarget } from './operations/decode-result.ts'
import type { MakePatternOptions } from './operations/pattern-make.ts'
import type { PatternOptions } from './operations/pattern-options.ts'
import type { PatternResult, PatternVerdict } from './operations/pattern-result.ts'
import type { VerifyPatternOptions } from './operations/pattern-verify.ts'
import type { ReadContentOptions, ReadContentResult } from './operations/read-content.ts'
import type { StoredExtent } from './operations/stored-extent.ts'
import type { StoredExtentsOptions } from './operations/stored-extents.ts'
import type {
  WriteContentPlan,
  WriteContentRequest,
  WriteContentResult,
} from './operations/write-content.ts'
import type { OperationContext } from './progress.ts'

export interface ContentEngine {
  /** Where a guest can find anything but zeroes, in guest order and in batches (never an empty one). */
  storedExtents(
    path: string,
    options?: StoredExtentsOptions,
  ): AsyncGenerator<readonly StoredExtent[]>
  /** A range of what a guest sees, into a sink or a new file. */
  readContent(
    path: string,
    target: DecodeTarget,
    options: ReadContentOptions,
  ): Promise<ReadContentResult>
  /** What writing there would change; only reads. */
  planWriteContent(
    path: string,
    request: WriteContentRequest,
    options?: ReadOptions,
  ): Promise<WriteContentPlan>
  /** Exactly these bytes; all others stay as they are. */
  writeContent(
    path: string,
    request: WriteContentRequest,
    options?: OpenDeviceOptions & OperationContext,
  ): Promise<WriteContentResult>
  /** A new image with content that is known beforehand. */
  makePattern(path: string, options: MakePatternOptions): Promise<PatternResult>
  /** Whether a disk holds that content. */
  verifyPattern(
    path: string,
    pattern: PatternOptions,
    options?: VerifyPatternOptions,
  ): Promise<PatternVerdict>
}
