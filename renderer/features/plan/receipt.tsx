import type { ReactNode } from 'react'
import { isChange, type ChangeFact } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatDuration } from '../../format/durations.ts'
import { useSettings } from '../../state/settings.ts'
import { unreachable } from '../../unreachable.ts'
import { Facts, type Fact } from '../../ui/facts.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { stateWords } from '../jobs/job-words.ts'
import { factOf, isUndoneId } from '../jobs/result-facts.ts'
import { summaryOf } from '../jobs/summary-of.ts'
import { planTexts } from './plan-texts.ts'
import { receiptSizes, type ReceiptSize } from './receipt-sizes.ts'
import './plan-dialog.css'

export interface ReceiptProps {
  readonly job: Job
  /** What comes next, such as steps inside the guest; after success only. */
  readonly children?: ReactNode
}

/** What a job has done, from its record: whatever ran, it looks the same. */
export function Receipt({ job, children }: ReceiptProps) {
  const units = useSettings((state) => state.settings.units)
  const { sign, tone, title } = outcomeOf(job)
  const { sizes, facts: told } = receiptSizes(job)
  const facts: readonly Fact[] = [
    ...told
      .filter((fact, index) => isSomething(fact) && !isUndoneId(job.request, fact, index))
      .map((fact) => factOf(fact, units)),
    ...(job.startedAt === undefined || job.endedAt === undefined
      ? []
      : [{ label: planTexts().receipt.took, value: formatDuration(job.endedAt - job.startedAt) }]),
  ]
  return (
    <div className={`receipt receipt-${tone}`}>
      <div className="receipt-head" role="status">
        <span className="receipt-sign">
          <Icon name={sign} size={24} />
        </span>
        <p className="receipt-title">{title}</p>
      </div>
      {job.error !== undefined && <ErrorPanel error={job.error} titleShown />}
      {job.error === undefined && sizes.length > 0 && <Sizes sizes={sizes} units={units} />}
      {job.state === 'succeeded' && children}
      {facts.length > 0 && <Facts items={facts} />}
      <UndoLine job={job} />
    </div>
  )
}

/** What did not happen is in the history; a receipt is read for what did. */
const isSomething = (fact: ChangeFact): boolean =>
  'bytes' in fact ? fact.bytes > 0 : 'count' in fact ? fact.count > 0 : true

function outcomeOf(job: Job): {
  readonly sign: IconName
  readonly tone: 'good' | 'bad' | 'warn' | 'neutral'
  readonly title: string
} {
  const { receipt } = planTexts()
  const { state, result } = job
  switch (state) {
    case 'succeeded': {
      // Nobody takes a tick for the end of it where something is still wrong.
      const isWell = result?.kind !== 'change' || result.stillWrong === undefined
      const title = summaryOf(job) ?? receipt.done
      return isWell ? { sign: 'check', tone: 'good', title } : { sign: 'care', tone: 'warn', title }
    }
    case 'failed':
      return {
        sign: 'cross-circle',
        tone: 'bad',
        title: summaryOf(job) ?? receipt.failed,
      }
    case 'cancelled':
      return { sign: 'dash-circle', tone: 'neutral', title: summaryOf(job) ?? receipt.cancelled }
    case 'interrupted':
      return {
        sign: 'care',
        tone: 'warn',
        title: summaryOf(job) ?? receipt.interrupted,
      }
    case 'skipped':
      return { sign: 'dash-circle', tone: 'neutral', title: summaryOf(job) ?? receipt.skipped }
    case 'queued':
    case 'running':
    case 'pausing':
    case 'paused':
    case 'cancelling':
      // Of a job that goes on there is no receipt yet; its state is all there is to say.
      return { sign: 'dot-circle', tone: 'neutral', title: stateWords(state).word }
    default:
      return unreachable(state)
  }
}

interface SizesProps {
  readonly sizes: readonly ReceiptSize[]
  readonly units: ByteUnits
}

/** The disk and its file before and after, side by side. */
function Sizes({ sizes, units }: SizesProps) {
  const { receipt } = planTexts()
  return (
    <table className="receipt-numbers">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{receipt.size}</span>
          </th>
          <th scope="col">{receipt.before}</th>
          <th scope="col">{receipt.after}</th>
          <th scope="col">{receipt.difference}</th>
        </tr>
      </thead>
      <tbody>
        {sizes.map(({ of, before, after }) => (
          <tr key={of}>
            <th scope="row">{receipt.sizes[of]}</th>
            <td title={exactBytes(before)}>{formatBytes(before, units)}</td>
            <td title={exactBytes(after)}>{formatBytes(after, units)}</td>
            <td>{differenceWords(before, after, units)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function differenceWords(before: number, after: number, units: ByteUnits): string {
  const { receipt } = planTexts()
  if (before === after) return receipt.same
  const difference = formatBytes(Math.abs(after - before), units)
  return after < before ? receipt.less(difference) : receipt.more(difference)
}

function UndoLine({ job: { undo, state, request } }: { readonly job: Job }) {
  const { receipt } = planTexts()
  if (undo === undefined || state !== 'succeeded') return null
  // What was not there before is no change to take back.
  if (undo === 'no' && request.kind === 'create') {
    return <p className="receipt-undo">{receipt.undoMade}</p>
  }
  const isOfCopy = isChange(request) && 'copyTo' in request.parameters
  const words = {
    possible: receipt.undoPossible,
    done: receipt.undoDone,
    'not-needed': isOfCopy ? receipt.undoOriginalStays : receipt.undoNotNeeded,
    no: receipt.undoNo,
  }
  return <p className="receipt-undo">{words[undo]}</p>
}
