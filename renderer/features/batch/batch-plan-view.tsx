import type { Contract } from '../../../ipc/contract.ts'
import type { Client } from '../../../ipc/procedure.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { formatEstimate } from '../../format/durations.ts'
import { libraryRow } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { batchTexts } from './batch-texts.ts'
import { noteWords, skipWords } from './batch-words.ts'
import { ImageGroup, pathInLibrary, type PathOf } from './image-names.tsx'

export type BatchPlan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

export interface BatchPlanViewProps {
  readonly plan: BatchPlan
  /** How many are in, as a sentence; said when there are any. */
  readonly total: string
  /** Said when there are none. */
  readonly none: string
  /** What only reads reads images in use as well, and says so. */
  readonly readsLive?: boolean
  /** What a list of all that are in is; absent: nobody needs to see them one by one. */
  readonly listed?: string
  readonly pathOf?: PathOf
}

/** The images in groups: those that are in, those in it with a "but", those left out by their reason. */
export function BatchPlanView({
  plan,
  total,
  none,
  readsLive = false,
  listed,
  pathOf = pathInLibrary,
}: BatchPlanViewProps) {
  const words = batchTexts().plan
  const { included, skipped, estimatedSeconds } = plan
  const idsOf = (images: readonly { readonly imageId: number }[]): readonly number[] =>
    images.map(({ imageId }) => imageId)
  const live = readsLive
    ? idsOf(included).filter((id) => libraryRow(id)?.use.state === 'writing')
    : []
  const noted = [
    ...Map.groupBy(included, ({ note }) => (note === undefined ? '' : noteWords(note))),
  ].filter(([note]) => note !== '')
  const reasons = [...Map.groupBy(skipped, ({ reason }) => skipWords(reason))].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  return (
    <>
      <p className="batch-plan-total">{included.length === 0 ? none : total}</p>
      {listed !== undefined && included.length > 0 && (
        <ImageGroup label={listed} imageIds={idsOf(included)} pathOf={pathOf} />
      )}
      {live.length > 0 && (
        <ImageGroup
          label={words.live(counted(live.length, 'image'))}
          imageIds={live}
          pathOf={pathOf}
        />
      )}
      {noted.map(([note, images]) => (
        <ImageGroup
          key={note}
          label={words.noted(counted(images.length, 'image'), note)}
          imageIds={idsOf(images)}
          pathOf={pathOf}
        />
      ))}
      {reasons.map(([reason, images]) => (
        <ImageGroup
          key={reason}
          label={words.skipped(formatCount(images.length), reason)}
          imageIds={idsOf(images)}
          pathOf={pathOf}
        />
      ))}
      {included.length > 0 && plan.volumes.length > 0 && <Volumes volumes={plan.volumes} />}
      {estimatedSeconds !== undefined && included.length > 0 && (
        <p className="muted">{words.time(formatEstimate(estimatedSeconds))}</p>
      )}
    </>
  )
}

function Volumes({ volumes }: Pick<BatchPlan, 'volumes'>) {
  const words = batchTexts().plan
  const units = useSettings((state) => state.settings.units)
  return (
    <div>
      <p className="field-label">{words.volumes}</p>
      <dl className="batch-plan-volumes">
        {volumes.map(({ folder, images, bytes, freeBytes }) => {
          const count = counted(images, 'image')
          const size = formatBytes(bytes, units)
          return (
            <div key={folder} title={exactBytes(bytes)}>
              <dt className="truncate">{folder}</dt>
              <dd>
                {freeBytes === undefined
                  ? words.volume(count, size)
                  : words.volumeFree(count, size, formatBytes(freeBytes, units))}
              </dd>
            </div>
          )
        })}
      </dl>
    </div>
  )
}
