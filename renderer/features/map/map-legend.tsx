import type { AllocationSummary } from '../../../ipc/schemas/image.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { formatPercent } from '../../format/counts.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { allocationClasses } from './allocation-buckets.ts'
import { ClassSwatch } from './class-swatch.tsx'
import { mapTabTexts } from './map-tab-texts.ts'

/** What the colours mean, with the exact totals of the whole disk. */
export function MapLegend({ summary }: { readonly summary: AllocationSummary }) {
  const units = useSettings((state) => state.settings.units)
  const words = mapTabTexts()
  const { classes } = texts().map
  return (
    <table className="map-legend">
      <caption className="visually-hidden">{words.totals}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{words.kind}</th>
          <th scope="col">{words.size}</th>
          <th scope="col">{words.share}</th>
        </tr>
      </thead>
      <tbody>
        {allocationClasses.map((name) => (
          <tr key={name} title={classes[name].meaning}>
            <th scope="row">
              <ClassSwatch name={name} />
              {classes[name].word}
            </th>
            <td title={exactBytes(summary.totals[name])}>
              {formatBytes(summary.totals[name], units)}
            </td>
            <td>{formatPercent(summary.totals[name] / Math.max(1, summary.virtualSize))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
