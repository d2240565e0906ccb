import type { CheckResult, Finding } from '../../../ipc/schemas/check.ts'
import type { DiskPartition } from '../../../ipc/schemas/disk.ts'
import type { ByteUnits } from '../../format/bytes.ts'
import { formatBytes } from '../../format/bytes.ts'
import { formatCount } from '../../format/counts.ts'
import { formatOffset, formatRange } from '../../format/offsets.ts'
import { partitionWords } from '../disk/disk-words.ts'
import { groupFindings } from './group-findings.ts'
import { partitionsIn } from './use-partitions.ts'
import { verdictWords } from './verdict-words.ts'

/** Where a finding lies, each part in words: host offset, what points there, guest range, snapshot. */
export function placesOf(
  finding: Finding,
  units: ByteUnits,
  partitions: readonly DiskPartition[] = [],
): readonly string[] {
  const places: string[] = []
  if (finding.offset !== undefined) {
    places.push(`${finding.structure} at ${formatOffset(finding.offset)}`)
  }
  if (finding.reference !== undefined) {
    places.push(
      `named by ${finding.reference.structure} at ${formatOffset(finding.reference.offset)}`,
    )
  }
  if (finding.guest !== undefined) {
    const { start, length } = finding.guest
    places.push(`guest range ${formatRange(start, length)} (${formatBytes(length, units)})`)
    // A snapshot may have been divided differently.
    if (finding.snapshot === undefined) {
      const hit = partitionsIn(partitions, finding.guest)
      places.push(...hit.map((partition) => partitionWords(partition, units)))
    }
  }
  if (finding.snapshot !== undefined) places.push(`snapshot “${finding.snapshot.name}”`)
  if (finding.count > 1) places.push(`${formatCount(finding.count)} clusters`)
  return places
}

/** The whole result as plain text: what "Copy result" puts on the clipboard. */
export function checkAsText(
  check: CheckResult,
  units: ByteUnits,
  partitions: readonly DiskPartition[] = [],
): string {
  const words = verdictWords(check, units)
  const lines = [check.path, `${words.title}. ${words.detail}`, words.advice]
  for (const group of groupFindings(check.findings)) {
    lines.push('', `${group.title} (${formatCount(group.count)})`)
    for (const finding of group.findings) {
      lines.push(
        `- ${finding.text}`,
        ...placesOf(finding, units, partitions).map((place) => `  ${place}`),
      )
    }
  }
  if (check.findingsOmitted > 0) {
    lines.push('', `${formatCount(check.findingsOmitted)} more findings are not listed.`)
  }
  return `${lines.join('\n')}\n`
}
