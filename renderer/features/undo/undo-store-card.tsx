import { useEffect, useRef, useState } from 'react'
import type { UndoEntry, UndoStore } from '../../../ipc/schemas/undo.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { host } from '../../host.ts'
import { announce } from '../../state/announce.ts'
import { useNow } from '../../state/clock.ts'
import { reportError } from '../../state/report-error.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { openUndo } from './open-undo.ts'
import './undo.css'

const gib = 2 ** 30
const quotas = [0, 1, 2, 5, 10, 20, 50, 100].map((count) => count * gib)

/** How much is kept for undoing, what of, and the ways to have it back or to let it go. */
export function UndoStoreCard() {
  const { units, undoQuotaBytes } = useSettings((state) => state.settings)
  const [version, setVersion] = useState(0)
  const store = useAnswer({
    subject: 'undo',
    version: `${version}:${undoQuotaBytes}`,
    ask: (signal) => host().api['undo.store']({}, { signal }),
  })
  const words = texts().undo.store
  const known = quotas.includes(undoQuotaBytes) ? quotas : [...quotas, undoQuotaBytes]
  return (
    <div className="undo-store">
      <h3 className="undo-store-title">{words.title}</h3>
      <Select
        label={words.quota}
        options={known.map((bytes) => ({
          value: String(bytes),
          label: bytes === 0 ? words.quotaOff : formatBytes(bytes, units),
        }))}
        value={String(undoQuotaBytes)}
        onChange={(bytes) => changeSettings({ undoQuotaBytes: Number(bytes) })}
      />
      {store.kind === 'waiting' && <p className="muted">{words.waiting}</p>}
      {store.kind === 'failed' && <ErrorPanel error={store.error} />}
      {store.kind === 'ready' && (
        <Kept
          store={store.value}
          units={units}
          onForgotten={() => setVersion((before) => before + 1)}
        />
      )}
    </div>
  )
}

interface KeptProps {
  readonly store: UndoStore
  readonly units: ByteUnits
  readonly onForgotten: () => void
}

function Kept({ store: { entries, keptBytes, quotaBytes }, units, onForgotten }: KeptProps) {
  const [asked, setAsked] = useState<UndoEntry | 'all'>()
  const words = texts().undo.store
  const forget = (): void => {
    const jobIds = asked === undefined || asked === 'all' ? undefined : [asked.jobId]
    setAsked(undefined)
    host()
      .api['undo.purge'](jobIds === undefined ? {} : { jobIds })
      .then(() => {
        announce(words.forgotten)
        onForgotten()
      })
      .catch(reportError)
  }
  if (entries.length === 0) return <p className="muted">{words.empty}</p>
  return (
    <>
      {quotaBytes > 0 && (
        <div className="undo-store-used">
          <ProgressBar value={Math.min(1, keptBytes / quotaBytes)} thin label={words.usedLabel} />
          <p className="muted">
            {words.used(formatBytes(keptBytes, units), formatBytes(quotaBytes, units))}
          </p>
        </div>
      )}
      <div className="undo-list" tabIndex={0} role="region" aria-label={words.list}>
        <ul>
          {entries.map((entry) => (
            <Entry key={entry.jobId} entry={entry} units={units} onForget={() => setAsked(entry)} />
          ))}
        </ul>
      </div>
      {asked === undefined ? (
        <div>
          <Button size="small" onClick={() => setAsked('all')}>
            {words.forgetAll}
          </Button>
        </div>
      ) : (
        <Sure
          key={asked === 'all' ? asked : asked.jobId}
          question={
            asked === 'all'
              ? words.sure(counted(entries.length, 'change'), formatBytes(keptBytes, units))
              : words.sureOne(foreign(asked.summary), asked.imageName)
          }
          onKeep={() => setAsked(undefined)}
          onForget={forget}
        />
      )}
    </>
  )
}

interface SureProps {
  readonly question: string
  readonly onKeep: () => void
  readonly onForget: () => void
}

/** What cannot be had back is asked for twice; the keyboard stands on the safe answer. */
function Sure({ question, onKeep, onForget }: SureProps) {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  const words = texts().undo.store
  return (
    <div className="undo-sure" role="group" aria-label={question}>
      <p>{question}</p>
      <Button size="small" ref={keep} onClick={onKeep}>
        {words.keep}
      </Button>
      <Button size="small" variant="danger" onClick={onForget}>
        {words.sureForget}
      </Button>
    </div>
  )
}

interface EntryProps {
  readonly entry: UndoEntry
  readonly units: ByteUnits
  readonly onForget: () => void
}

function Entry({ entry, units, onForget }: EntryProps) {
  const now = useNow(30_000)
  const words = texts().undo.store
  const { imageName, doneAt, keptBytes } = entry
  const summary = foreign(entry.summary)
  return (
    <li className="undo-entry">
      <div className="undo-entry-words">
        <p>{summary}</p>
        <p className="muted" title={exactDate(doneAt)}>
          {imageName}, {relativeDate(doneAt, now)},{' '}
          {keptBytes === 0 ? words.keepsNothing : words.keeps(formatBytes(keptBytes, units))}
        </p>
      </div>
      <div className="undo-entry-buttons">
        <Button
          size="small"
          icon="undo"
          aria-label={words.undoLabel(summary, imageName)}
          onClick={() => openUndo({ id: entry.jobId, imageId: entry.imageId })}
        >
          {words.undo}
        </Button>
        <Button
          size="small"
          variant="quiet"
          aria-label={words.forgetLabel(summary, imageName)}
          onClick={onForget}
        >
          {words.forget}
        </Button>
      </div>
    </li>
  )
}
