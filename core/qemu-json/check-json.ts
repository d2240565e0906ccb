import type { CheckResult } from '../operations/check-result.ts'

/** What `qemu-img check --output=json` prints (QEMU 7.2): counts of zero are left out, but for the first. */
export interface QemuCheckJson {
  readonly filename: string
  readonly format: string
  readonly 'check-errors': number
  readonly 'image-end-offset'?: number
  readonly corruptions?: number
  readonly leaks?: number
  readonly 'total-clusters'?: number
  readonly 'allocated-clusters'?: number
  readonly 'fragmented-clusters'?: number
  readonly 'compressed-clusters'?: number
}

/** A check result with QEMU's field names. Our warnings are not in it: QEMU does not look for them. */
export function qemuCheckJson(result: CheckResult): QemuCheckJson {
  const { clusters } = result
  const counts = {
    'image-end-offset': result.imageEndOffset,
    corruptions: result.corruptions,
    leaks: result.leaks,
    'total-clusters': clusters.total,
    'allocated-clusters': clusters.allocated,
    'fragmented-clusters': clusters.fragmented,
    'compressed-clusters': clusters.compressed,
  }
  return {
    filename: result.path,
    format: result.format,
    'check-errors': result.checkErrors,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
  }
}
