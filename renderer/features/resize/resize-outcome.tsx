import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { formatBytes } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { useSettings } from '../../state/settings.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { floorWords } from '../disk/disk-words.ts'
import { GuestCard } from './guest-card.tsx'
import { shrinkSteps } from './guest-steps.ts'
import { guestTexts } from './guest-texts.ts'
import { safeTarget, type ResizeOutlook } from './resize-outlook.ts'
import { resizeTexts } from './resize-texts.ts'

export interface ResizeOutcomeProps {
  readonly outlook: ResizeOutlook
  readonly layout: DiskLayout | undefined
  /** Of the plan for exactly this size. */
  readonly detail: PlanOf<'resize'> | undefined
  readonly onWant: (bytes: number) => void
}

/** What the chosen size costs, loses, or why it cannot be. */
export function ResizeOutcome(props: ResizeOutcomeProps) {
  const { outlook, detail } = props
  if (outlook.isBelowFloor) return <BelowFloor {...props} />
  if (outlook.request === undefined) return null
  return outlook.direction === 'grow' ? (
    <Growing outlook={outlook} />
  ) : (
    <Shrinking detail={detail} outlook={outlook} />
  )
}

function BelowFloor({ outlook, layout, onWant }: ResizeOutcomeProps) {
  const units = useSettings((state) => state.settings.units)
  const words = resizeTexts().floor
  const safe = layout && safeTarget(layout, layout.virtualSize)
  if (layout === undefined || safe === undefined) return null
  const size = formatBytes(safe, units)
  return (
    <div className="resize-outcome">
      <Banner
        tone="bad"
        title={words.title(floorWords(layout, units) ?? size)}
        actions={
          formatBytes(layout.virtualSize, units) !== size && (
            <Button size="small" onClick={() => onWant(safe)}>
              {words.button(size)}
            </Button>
          )
        }
      >
        {words.detail(size)}
      </Banner>
      <GuestCard title={guestTexts().shrinkTitle} steps={shrinkSteps(layout, outlook.target)} />
    </div>
  )
}

function Growing({ outlook: { request } }: Pick<ResizeOutcomeProps, 'outlook'>) {
  const words = resizeTexts().grow
  const how = request?.parameters.preallocation ?? 'off'
  const takesSpace = how === 'falloc' || how === 'full'
  return takesSpace ? (
    <Banner tone="info" title={words.preallocated}>
      {words.preallocatedDetail}
    </Banner>
  ) : (
    <Banner tone="good" title={words.title}>
      {words.detail}
    </Banner>
  )
}

function Shrinking({ detail, outlook }: Pick<ResizeOutcomeProps, 'detail' | 'outlook'>) {
  const units = useSettings((state) => state.settings.units)
  const words = resizeTexts().shrink
  if (detail === undefined) return <p className="muted">{words.looking}</p>
  const { cut, bitmapsLost } = detail
  const bitmaps = bitmapsLost.length > 0 ? words.bitmaps(bitmapsLost.join(', ')) : undefined
  if (cut === undefined || (cut.storedBytes === 0 && cut.nonZeroBytes === 0)) {
    return (
      <Banner tone="good" title={words.nothing}>
        {bitmaps ?? words.nothingDetail}
      </Banner>
    )
  }
  const movesTable =
    detail.gptBackupMovesTo !== undefined && outlook.request?.parameters.moveGptBackup === true
  const isLoss = cut.nonZeroBytes !== 0
  const content =
    cut.nonZeroBytes === undefined
      ? words.unknownContent
      : cut.nonZeroBytes === 0
        ? movesTable
          ? words.onlyTable
          : words.allZero
        : words.nonZero(formatBytes(cut.nonZeroBytes, units))
  return (
    <Banner
      tone={isLoss ? 'bad' : 'info'}
      title={words.stored(formatBytes(cut.storedBytes, units))}
    >
      {[
        content,
        cut.clusters > 0 ? words.clusters(counted(cut.clusters, 'cluster')) : undefined,
        bitmaps,
      ]
        .filter((part) => part !== undefined)
        .join(' ')}
    </Banner>
  )
}
