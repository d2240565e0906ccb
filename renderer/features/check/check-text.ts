import type { CheckResult, Finding } from '../../../ipc/schemas/check.ts'
import type { DiskPartition } from '../../../ipc/schemas/disk.ts'
import type { ByteUnits } from '../../format/bytes.ts'
import { formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { formatOffset, formatRange } from '../../format/offsets.ts'
import { foreign, texts } from '../../texts/texts.ts'
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
  const words = texts().check.places
  const places: string[] = []
  if (finding.offset !== undefined) {
    places.push(words.at(foreign(finding.structure), formatOffset(finding.offset)))
  }
  if (finding.reference !== undefined) {
    places.push(
      words.namedBy(foreign(finding.reference.structure), formatOffset(finding.reference.offset)),
    )
  }
  if (finding.guest !== undefined) {
    const { start, length } = finding.guest
    places.push(words.guest(formatRange(start, length), formatBytes(length, units)))
    // A snapshot may have been divided differently.
    if (finding.snapshot === undefined) {
      const hit = partitionsIn(partitions, finding.guest)
      places.push(...hit.map((partition) => partitionWords(partition, units)))
    }
  }
  if (finding.snapshot !== undefined) places.push(words.snapshot(finding.snapshot.name))
  if (finding.count > 1) places.push(counted(finding.count, 'cluster'))
  return places
}

/** The whole result as plain text: what "Copy result" puts on the clipboard. */
export function checkAsText(
  check: CheckResult,
  units: ByteUnits,
  partitions: readonly DiskPartition[] = [],
): string {
  const words = texts().check
  const { title, detail, advice } = verdictWords(check, units)
  const lines = [check.path, words.headline(title, detail), advice]
  for (const group of groupFindings(check.findings)) {
    lines.push('', words.group(group.title, formatCount(group.count)))
    for (const finding of group.findings) {
      lines.push(
        `- ${foreign(finding.text)}`,
        ...placesOf(finding, units, partitions).map((place) => `  ${place}`),
      )
    }
  }
  if (check.findingsOmitted > 0) {
    lines.push('', words.omitted(check.findingsOmitted, formatCount(check.findingsOmitted)))
  }
  return `${lines.join('\n')}\n`
}
