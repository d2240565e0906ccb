import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { useFullCheck } from '../check/use-full-check.ts'
import { texts } from '../../texts/texts.ts'
import { CommandButton } from '../frame/command-button.tsx'
import { CheckResultView } from '../check/check-result-view.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { startJob } from '../jobs/job-actions.ts'
import { useLastJobs } from '../jobs/use-image-work.ts'
import { healthWords } from '../library/health-words.ts'
import { whyNoCheck } from '../library/why-no-check.ts'

/** How the image is, since when that is known, what was looked at, and what was found. */
export function HealthCard({ row }: { readonly row: LibraryRow }) {
  const now = useNow(30_000)
  const last = useLastJobs(row.id, 'check', 10)
  const checking = useJobs((state) => state.byImage.get(row.id)?.request.kind === 'check')
  const ended =
    last.kind === 'ready' ? last.value.find((job) => isOfRow(job, row.lastCheckAt)) : undefined
  const check = useFullCheck(ended)
  // The row remembers a check that the history no longer has.
  const at = ended?.endedAt ?? row.lastCheckAt
  const words = texts().inspector.health
  return (
    <Card title={words.title}>
      <div className="inspector-stack">
        {check === undefined ? (
          <p>{meaningOf(row)}</p>
        ) : (
          <CheckResultView
            check={check}
            {...(!row.healthStale && { imageId: row.id })}
            actions={
              <div>
                <RepairButton row={row} />
              </div>
            }
          />
        )}
        {ended?.error !== undefined && row.error === undefined && (
          <ErrorPanel error={ended.error} />
        )}
        {at !== undefined && ended?.state !== 'failed' && (
          <p className="muted">
            <span title={exactDate(at)}>{lookWords(relativeDate(at, now), ended)}</span>
            {row.healthStale && ` ${words.changedSince}`}
          </p>
        )}
        {!checking && (
          <div className="inspector-actions">
            {check === undefined && <RepairButton row={row} />}
            <Button
              icon="check-circle"
              variant={isWorthACheck(row) ? 'primary' : 'plain'}
              disabledReason={whyNotChecked(row)}
              onClick={() => startJob({ kind: 'check', depth: 'metadata' }, row)}
            >
              {row.lastCheckAt === undefined ? words.check : words.checkAgain}
            </Button>
            <Button
              hint={words.fullCheckHint}
              disabledReason={whyNotChecked(row)}
              onClick={() => startJob({ kind: 'check', depth: 'full' }, row)}
            >
              {words.fullCheck}
            </Button>
          </div>
        )}
      </div>
    </Card>
  )
}

/**
 * Whether the row's word comes from this check. A repair, an undo and the plan of another change look at every table,
 * too: what an older check found is no longer what there is, and the badge knows.
 */
function isOfRow({ state, endedAt = 0 }: Job, lastCheckAt: number | undefined): boolean {
  if (state === 'failed') return endedAt > (lastCheckAt ?? 0)
  return state === 'succeeded' && lastCheckAt !== undefined && endedAt >= lastCheckAt
}

/** What was looked at, when, and by which version where the history still has it. */
function lookWords(when: string, ended: Job | undefined): string {
  const words = texts().inspector.health
  const isFull = ended?.request.kind === 'check' && ended.request.depth === 'full'
  if (ended === undefined) return words.checked(when)
  return isFull
    ? words.checkedInFullBy(when, ended.engineVersion)
    : words.checkedBy(when, ended.engineVersion)
}

/** Where a check found something to repair. */
function RepairButton({ row }: { readonly row: LibraryRow }) {
  const words = texts().inspector.actions
  return needsRepair(row) ? <CommandButton id="image.repair" label={words.repair} /> : null
}

/** Nothing comes before it: no repair, which looks at every table itself, and no file that cannot be read. */
const isWorthACheck = (row: LibraryRow): boolean =>
  (row.lastCheckAt === undefined || row.healthStale) && !needsRepair(row) && row.error === undefined

const needsRepair = ({ health }: LibraryRow): boolean =>
  health === 'leaks' || health === 'needs-repair' || health === 'damaged'

/** "Nobody has looked inside yet" would promise a check that there cannot be. */
const meaningOf = (row: LibraryRow): string =>
  (row.health === 'not-checked' ? whyNotChecked(row) : undefined) ?? healthWords(row.health).meaning

const whyNotChecked = (row: LibraryRow): string | undefined =>
  row.missingSince === undefined ? whyNoCheck(row) : texts().commands.missing
