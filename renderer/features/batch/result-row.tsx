import type { Job } from '../../../ipc/schemas/job.ts'
import { formatDuration } from '../../format/durations.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { clsx } from '../../ui/clsx.ts'
import { useSelection } from '../../state/selection.ts'
import { batchTexts } from './batch-texts.ts'
import { foundIn } from './found-in.ts'
import { outcomeBadge } from './outcome.ts'

export const resultRowId = (imageId: number): string => `result-${imageId}`

export interface ResultRowProps {
  readonly job: Job
  readonly index: number
  /** Pixels from the top of the list. */
  readonly top: number
  /** How many other images of the batch have the same checksum. */
  readonly alike: number
  readonly onOpen: () => void
}

export function ResultRow({ job, index, top, alike, onOpen }: ResultRowProps) {
  const { imageId } = job
  const selected = useSelection((state) => state.selected.has(imageId))
  const active = useSelection((state) => state.active === imageId)
  const { word, tone, icon } = outcomeBadge(job)
  const words = batchTexts().page
  const found = foundIn(job, alike)
  return (
    <div
      id={resultRowId(imageId)}
      className={clsx('batch-row', selected && 'batch-row-selected', active && 'batch-row-active')}
      role="row"
      data-image-id={imageId}
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell">
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      </span>
      <span role="gridcell" className="batch-image truncate" title={job.imagePath}>
        {job.imageName}
        <span className="batch-folder">{folderOf(job.imagePath)}</span>
      </span>
      <span role="gridcell" className="truncate" title={found}>
        {found}
      </span>
      <span role="gridcell" className="batch-time">
        {job.startedAt === undefined || job.endedAt === undefined
          ? '–'
          : formatDuration(job.endedAt - job.startedAt)}
      </span>
      <span role="gridcell">
        {job.state !== 'queued' && (
          <Button
            size="small"
            variant="quiet"
            aria-label={words.showResult(job.imageName)}
            onClick={onOpen}
          >
            {words.show}
          </Button>
        )}
      </span>
    </div>
  )
}

const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '')
