import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { copyText } from '../../state/copy-text.ts'
import { openBatch } from '../batch/open-batch.ts'
import { useSettings } from '../../state/settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { healthWords } from '../library/health-words.ts'
import { sharedValue, sumOf, type Sum } from './summarize-selection.ts'

/** Several images at once: sums, what they share, and what can be done with all of them. */
export function SelectionSummary({ rows }: { readonly rows: readonly LibraryRow[] }) {
  const units = useSettings((state) => state.settings.units)
  const size = (label: string, { bytes, unknown }: Sum) => ({
    label,
    value: `${formatBytes(bytes, units)}${unknown === 0 ? '' : ` (${formatCount(unknown)} unknown)`}`,
    title: exactBytes(bytes),
  })
  const healths = Object.entries(Object.groupBy(rows, ({ health }) => health))
  return (
    <>
      <header className="inspector-header">
        <div className="inspector-title">
          <h2>{counted(rows.length, 'image')} selected</h2>
        </div>
      </header>
      <div
        className="inspector-panel inspector-scroll"
        tabIndex={0}
        role="region"
        aria-label="Selection"
      >
        <div className="inspector-stack">
          <Card title="Health">
            <ul className="selection-health">
              {healths.map(([health, same]) => {
                const words = healthWords[health as LibraryRow['health']]
                return (
                  <li key={health}>
                    <Badge tone={words.tone} icon={words.icon}>
                      {words.word}
                    </Badge>
                    {formatCount(same.length)}
                  </li>
                )
              })}
            </ul>
          </Card>
          <Card title="Together">
            <Facts
              items={[
                size(
                  'Virtual size',
                  sumOf(rows, (row) => row.virtualSize),
                ),
                size(
                  'File length',
                  sumOf(rows, (row) => row.fileLength),
                ),
                size(
                  'On disk',
                  sumOf(rows, (row) => row.onDisk),
                ),
                { label: 'Format', value: sharedValue(rows, (row) => row.formatLabel) },
                {
                  label: 'Cluster size',
                  value: sharedValue(rows, ({ clusterSize }) =>
                    clusterSize === undefined ? undefined : formatBytes(clusterSize, units),
                  ),
                },
                { label: 'Folder', value: sharedValue(rows, (row) => row.location) },
              ]}
            />
          </Card>
          <div className="inspector-actions">
            <Button
              variant="primary"
              icon="check-circle"
              onClick={() =>
                openBatch(
                  'check',
                  rows.map(({ id }) => id),
                )
              }
            >
              Check them…
            </Button>
            <Button
              icon="copy"
              onClick={() =>
                copyText(rows.map(({ path }) => path).join('\n'), counted(rows.length, 'path'))
              }
            >
              Copy paths
            </Button>
          </div>
        </div>
      </div>
    </>
  )
}
