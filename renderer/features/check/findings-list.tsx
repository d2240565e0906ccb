import type { CheckResult, Finding } from '../../../ipc/schemas/check.ts'
import type { DiskPartition } from '../../../ipc/schemas/disk.ts'
import { formatCount } from '../../format/counts.ts'
import { useSettings } from '../../state/settings.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { Icon } from '../../ui/icon.tsx'
import { placesOf } from './check-text.ts'
import { groupFindings } from './group-findings.ts'
import './check.css'

export interface FindingsListProps {
  readonly check: CheckResult
  /** How the guest divided the disk, where that is known. */
  readonly partitions?: readonly DiskPartition[]
}

/** What a check found, the most harmful first, each group folded but the first. */
export function FindingsList({ check, partitions }: FindingsListProps) {
  const units = useSettings((state) => state.settings.units)
  const groups = groupFindings(check.findings)
  return (
    <div className="findings">
      {groups.map((group, index) => (
        <details
          key={group.harm}
          className={`findings-group findings-${group.harm}`}
          open={index === 0}
        >
          <summary>
            <Icon name="chevron-right" />
            <span className="findings-title">{group.title}</span>
            <span className="findings-count">{formatCount(group.count)}</span>
          </summary>
          <p className="findings-meaning">{group.meaning}</p>
          <ul>
            {group.findings.map((finding) => (
              <li key={keyOf(finding)} className="findings-item selectable">
                <p>{foreign(finding.text)}</p>
                <p className="findings-places">
                  {placesOf(finding, units, partitions).join(' · ')}
                </p>
              </li>
            ))}
          </ul>
        </details>
      ))}
      {check.findingsOmitted > 0 && (
        <p className="muted">
          {texts().check.omitted(check.findingsOmitted, formatCount(check.findingsOmitted))}
        </p>
      )}
    </div>
  )
}

/** A rule, where it was broken, and by which reference. */
const keyOf = ({ rule, offset, reference, guest, snapshot }: Finding): string =>
  [rule, offset, reference?.offset, guest?.start, snapshot?.id].join(':')
