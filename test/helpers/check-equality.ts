/** Our check beside QEMU's, in the shape in which both can be compared. */
import { nodeHost } from '../../core/io/node-host.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { checkImage } from '../../core/operations/check.ts'
import type { CheckResult } from '../../core/operations/check-result.ts'
import type { QemuCheckRun } from './qemu.ts'

/** Verdict and counts; counts are undefined when the check could not be done or finished. */
export interface ComparableCheck {
  readonly exitCode: number | undefined
  readonly counts: Readonly<Record<string, number>> | undefined
}

const exitCodes = { clean: 0, incomplete: 1, corrupt: 2, leaks: 3 } as const

export function comparableQemu({ exitCode, result }: QemuCheckRun): ComparableCheck {
  if (result === undefined) return { exitCode, counts: undefined }
  return {
    exitCode,
    counts: {
      corruptions: result.corruptions ?? 0,
      leaks: result.leaks ?? 0,
      checkErrors: result['check-errors'],
      total: result['total-clusters'] ?? 0,
      allocated: result['allocated-clusters'] ?? 0,
      fragmented: result['fragmented-clusters'] ?? 0,
      compressed: result['compressed-clusters'] ?? 0,
      imageEndOffset: result['image-end-offset'] ?? 0,
    },
  }
}

/** `stopped`: QEMU prints no counts when damage makes its check end early. */
function comparableOurs(result: CheckResult): ComparableCheck {
  const stopped = result.imageEndOffset === 0
  if (stopped) return { exitCode: exitCodes[result.verdict], counts: undefined }
  const { corruptions, leaks, checkErrors, imageEndOffset, clusters } = result
  return {
    exitCode: exitCodes[result.verdict],
    counts: { corruptions, leaks, checkErrors, ...clusters, imageEndOffset },
  }
}

export interface OurCheck extends ComparableCheck {
  readonly result: CheckResult | undefined
  /** Set when we refused the image, as QEMU does with exit code 1. */
  readonly error: ImageError | undefined
}

export async function ourCheck(path: string): Promise<OurCheck> {
  try {
    const result = await checkImage(nodeHost, path, { format: 'qcow2' })
    return { ...comparableOurs(result), result, error: undefined }
  } catch (error) {
    if (!(error instanceof ImageError) || error.kind === 'internal') throw error
    return { exitCode: 1, counts: undefined, result: undefined, error }
  }
}
