import type { AllocationPictures } from '../../../ipc/schemas/change.ts'
import { texts } from '../../texts/texts.ts'
import { allocationClasses } from '../map/allocation-buckets.ts'
import { AllocationStrip } from '../map/allocation-strip.tsx'
import { ClassSwatch } from '../map/class-swatch.tsx'
import { compactTexts } from './compact-texts.ts'
import './compact.css'

/** Where the disk held data and holds it now, as its guest counts it: a guest reads the same in both. */
export function DiskStrips({
  pictures: { before, after },
}: {
  readonly pictures: AllocationPictures
}) {
  const { strips } = compactTexts()
  const { classes } = texts().map
  const shown = allocationClasses.filter((name) => before.totals[name] + after.totals[name] > 0)
  return (
    <figure className="disk-strips">
      <figcaption>{strips.title}</figcaption>
      <span className="space-bars-label">{strips.before}</span>
      <AllocationStrip summary={before} />
      <span className="space-bars-label">{strips.after}</span>
      <AllocationStrip summary={after} />
      <ul className="disk-strips-legend">
        {shown.map((name) => (
          <li key={name} title={classes[name].meaning}>
            <ClassSwatch name={name} />
            {classes[name].word}
          </li>
        ))}
      </ul>
    </figure>
  )
}
