import type { AllocationSummary } from '../../../ipc/schemas/image.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { formatPercent } from '../../format/counts.ts'
import { useSettings } from '../../state/settings.ts'
import { allocationClasses } from './allocation-buckets.ts'
import { ClassSwatch } from './class-swatch.tsx'
import { classWords } from './class-words.ts'

/** What the colours mean, with the exact totals of the whole disk. */
export function MapLegend({ summary }: { readonly summary: AllocationSummary }) {
  const units = useSettings((state) => state.settings.units)
  return (
    <table className="map-legend">
      <caption className="visually-hidden">Totals over the whole virtual disk</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Size</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {allocationClasses.map((name) => (
          <tr key={name} title={classWords[name].meaning}>
            <th scope="row">
              <ClassSwatch name={name} />
              {classWords[name].word}
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
