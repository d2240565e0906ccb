import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { copyText } from '../../state/copy-text.ts'
import { openBatch } from '../batch/open-batch.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { formatWords } from '../library/format-words.ts'
import { healthWordsOf } from '../library/health-words.ts'
import { sharedValue, sumOf, type Sum } from './summarize-selection.ts'

/** Several images at once: sums, what they share, and what can be done with all of them. */
export function SelectionSummary({ rows }: { readonly rows: readonly LibraryRow[] }) {
  const units = useSettings((state) => state.settings.units)
  const words = texts().inspector.selection
  const { sizes } = texts().inspector
  const size = (label: string, { bytes, unknown }: Sum) => ({
    label,
    value:
      unknown === 0
        ? formatBytes(bytes, units)
        : words.withUnknown(formatBytes(bytes, units), formatCount(unknown)),
    title: exactBytes(bytes),
  })
  // By the word of the list: what cannot be checked does not wait for a check.
  const healths = Object.values(Object.groupBy(rows, (row) => healthWordsOf(row).word))
  return (
    <>
      <header className="inspector-header">
        <div className="inspector-title">
          <h2>{words.title(counted(rows.length, 'image'))}</h2>
        </div>
      </header>
      <div
        className="inspector-panel inspector-scroll"
        tabIndex={0}
        role="region"
        aria-label={words.label}
      >
        <div className="inspector-stack">
          <Card title={texts().inspector.health.title}>
            <ul className="selection-health">
              {healths.map((same = []) => {
                const [first] = same
                if (first === undefined) return null
                const { word, tone, icon } = healthWordsOf(first)
                return (
                  <li key={word}>
                    <Badge tone={tone} icon={icon}>
                      {word}
                    </Badge>
                    {formatCount(same.length)}
                  </li>
                )
              })}
            </ul>
          </Card>
          <Card title={words.together}>
            <Facts
              items={[
                size(
                  sizes.virtual,
                  sumOf(rows, (row) => row.virtualSize),
                ),
                size(
                  sizes.file,
                  sumOf(rows, (row) => row.fileLength),
                ),
                size(
                  sizes.disk,
                  sumOf(rows, (row) => row.onDisk),
                ),
                { label: words.format, value: sharedValue(rows, formatWords) },
                {
                  label: words.clusterSize,
                  value: sharedValue(rows, ({ clusterSize }) =>
                    clusterSize === undefined ? undefined : formatBytes(clusterSize, units),
                  ),
                },
                { label: words.folder, value: sharedValue(rows, (row) => row.location) },
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
              {words.check}
            </Button>
            <Button
              icon="copy"
              onClick={() =>
                copyText(rows.map(({ path }) => path).join('\n'), counted(rows.length, 'path'))
              }
            >
              {words.copyPaths}
            </Button>
          </div>
        </div>
      </div>
    </>
  )
}
