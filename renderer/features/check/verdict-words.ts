import type { CheckResult } from '../../../ipc/schemas/check.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { unreachable } from '../../unreachable.ts'
import type { Tone } from '../../ui/badge.tsx'

export interface VerdictWords {
  readonly tone: Tone
  readonly title: string
  /** What it means, with numbers. */
  readonly detail: string
  readonly advice: string
}

/** A check's verdict as people need it: how bad, how much, what to do. */
export function verdictWords(check: CheckResult, units: ByteUnits): VerdictWords {
  const leaked = `${counted(check.leaks, 'leakedCluster')} (${formatBytes(check.leakedBytes, units)})`
  if (check.verdict === 'incomplete') {
    return {
      tone: 'bad',
      title: 'The check could not read everything',
      detail: `${counted(check.checkErrors, 'part')} of the metadata could not be read or understood; found until there: ${counted(check.corruptions, 'corruption')} and ${leaked}.`,
      advice: 'Copy the image to a healthy disk or restore it from a backup, then check again.',
    }
  }
  switch (check.health) {
    case 'healthy':
      return {
        tone: 'good',
        title: 'No problems found',
        detail: `${counted(check.clusters.allocated, 'cluster')} in use, every table and refcount agrees.`,
        advice:
          check.warnings === 0
            ? 'Nothing to do.'
            : `${counted(check.warnings, 'remark')} below; none of them is a fault.`,
      }
    case 'leaks':
      return {
        tone: 'warn',
        title: 'Wasted space, data safe',
        detail: `${leaked}: space that nothing uses.`,
        advice: 'No hurry. Repairing leaks gives the space back.',
      }
    case 'needs-repair':
      return {
        tone: 'bad',
        title: 'Needs repair',
        detail: `${problems(check)}${check.leaks > 0 ? ` and ${leaked}` : ''}. Reading is still right.`,
        advice: 'Do not start a VM on it. Back it up first, then repair the copy.',
      }
    case 'damaged':
      return {
        tone: 'bad',
        title: 'Damaged: data may be lost',
        detail: `${problems(check)}${check.leaks > 0 ? ` and ${leaked}` : ''}.`,
        advice:
          'Do not start a VM on it. Keep this file as it is, restore a backup, or copy out what is readable.',
      }
    default:
      return unreachable(check.health)
  }
}

/** Data can be at risk by what QEMU does not count (a warning of ours). */
const problems = ({ corruptions, warnings }: CheckResult): string =>
  corruptions > 0
    ? counted(corruptions, 'corruption')
    : counted(warnings, 'problemQemuDoesNotCount')
