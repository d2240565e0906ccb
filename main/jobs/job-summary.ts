import {
  formatBytes,
  formatPlural,
  unreachable,
  type AllocationSummary,
  type CheckResult,
  type HashResult,
} from '../../core/index.ts'

/** How a job counts in its batch. */
export const jobOutcomes = [
  'ok',
  'leaks',
  'damaged',
  'unreadable',
  'nothing',
  'failed',
  'cancelled',
  'skipped',
] as const
export type JobOutcome = (typeof jobOutcomes)[number]

export function checkOutcome({ health }: Pick<CheckResult, 'health'>): JobOutcome {
  switch (health) {
    case 'healthy':
      return 'ok'
    case 'leaks':
      return 'leaks'
    case 'needs-repair':
    case 'damaged':
      return 'damaged'
    default:
      return unreachable(health)
  }
}

/** How a job counts that came to no result: an image that cannot be checked is one that cannot be read. */
export const failedOutcome = ({ kind }: { readonly kind: string }): JobOutcome =>
  kind === 'check' ? 'unreadable' : 'failed'

/** One sentence for people: what a check found. */
export function summarizeCheck(check: CheckResult): string {
  const parts = [
    check.corruptions > 0 ? formatPlural(check.corruptions, 'corruption') : undefined,
    check.leaks > 0
      ? `${formatPlural(check.leaks, 'leaked cluster')} (${formatBytes(check.leakedBytes)})`
      : undefined,
    check.checkErrors > 0
      ? `${formatPlural(check.checkErrors, 'part')} that could not be checked`
      : undefined,
    check.warnings > 0 ? formatPlural(check.warnings, 'warning') : undefined,
  ].filter((part) => part !== undefined)
  const found = parts.length === 0 ? 'No problems found' : `Found ${parts.join(', ')}`
  return check.live ? `${found}; the image was in use, so this may lag behind` : found
}

export function summarizeHash({ algorithm, target, digest, live }: HashResult): string {
  const name = { sha256: 'SHA-256', sha1: 'SHA-1', sha512: 'SHA-512' }[algorithm]
  const of = target === 'content' ? 'guest content' : 'file'
  const note = live ? ', taken while the image was in use' : ''
  return `${name} of the ${of} starts with ${digest.slice(0, 12)}${note}`
}

export function summarizeMap({ totals, virtualSize }: AllocationSummary): string {
  const stored = totals.data + totals.compressed
  return `${formatBytes(stored)} of ${formatBytes(virtualSize)} hold data`
}
