import { useState } from 'react'
import type { HashResult } from '../../../ipc/schemas/check.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { formatBytes } from '../../format/bytes.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { copyText } from '../../state/copy-text.ts'
import { useJobs } from '../../state/jobs.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { useSettings } from '../../state/settings.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { startJob } from '../jobs/job-actions.ts'
import { JobProgress } from '../jobs/job-progress.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { useLastJobs } from '../jobs/use-image-work.ts'
import { DigestComparison } from './digest-comparison.tsx'
import { hashTexts } from './hash-texts.ts'
import './hash-sheet.css'

type Algorithm = HashResult['algorithm']
type Target = HashResult['target']

const targets = ['content', 'file'] as const
const algorithms = ['sha256', 'sha512', 'sha1'] as const

export interface HashSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Computes a checksum of an image and compares it with one from elsewhere. */
export function HashSheet({ imageId, onClose }: HashSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  const words = hashTexts()
  const [target, setTarget] = useState<Target>('content')
  const [algorithm, setAlgorithm] = useState<Algorithm>('sha256')
  const active = useJobs((state) => state.byImage.get(imageId))
  const last = useLastJobs(imageId, 'hash', 50)
  const job = last.kind === 'ready' ? newest(last.value, target, algorithm) : undefined
  const hash = job?.result?.kind === 'hash' ? job.result.hash : undefined
  const running = active !== undefined && isFor(active, target, algorithm) ? active : undefined
  if (row === undefined) {
    return <Dialog title={words.title} description={words.gone} onClose={onClose} />
  }
  const compute = (): void => startJob({ kind: 'hash', algorithm, target }, row)
  return (
    <Dialog
      title={words.titleOf(row.name)}
      description={row.path}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.close}</Button>
          <Button
            variant={hash === undefined ? 'primary' : 'plain'}
            icon={hash === undefined ? 'hash' : 'refresh'}
            disabledReason={running === undefined ? whyNot(row, target) : words.computing}
            onClick={compute}
          >
            {hash === undefined ? words.compute(algorithmWords[algorithm]) : words.computeAgain}
          </Button>
        </>
      }
    >
      <div className="hash">
        <div className="hash-choices">
          <Segmented
            label={words.ofWhat}
            options={targets.map((value) => ({ value, label: words.targets[value] }))}
            value={target}
            onChange={setTarget}
          />
          <Select
            label={words.algorithm}
            options={algorithms.map((value) => ({ value, label: algorithmWords[value] }))}
            value={algorithm}
            onChange={(chosen) => setAlgorithm(chosen)}
          />
        </div>
        <p className="field-hint">{words.meanings[target]}</p>
        {running !== undefined && <JobProgress job={running} />}
        {last.kind === 'failed' && <ErrorPanel error={last.error} />}
        {running === undefined && job?.error !== undefined && <ErrorPanel error={job.error} />}
        {running === undefined && hash === undefined && job?.error === undefined && (
          <p className="hash-none">
            {last.kind === 'waiting' ? words.looking : (whyNot(row, target) ?? words.notYet)}
          </p>
        )}
        {running === undefined && hash !== undefined && job !== undefined && (
          <Digest hash={hash} job={job} row={row} />
        )}
      </div>
    </Dialog>
  )
}

interface DigestProps {
  readonly hash: HashResult
  readonly job: Job
  readonly row: LibraryRow
}

function Digest({ hash, job, row }: DigestProps) {
  const now = useNow(30_000)
  const units = useSettings((state) => state.settings.units)
  const words = hashTexts()
  const at = job.endedAt ?? job.queuedAt
  const stale = row.modifiedAt > (job.startedAt ?? job.queuedAt)
  return (
    <>
      {stale && (
        <Banner tone="warn" title={words.stale}>
          {words.staleText(relativeDate(at, now))}
        </Banner>
      )}
      {hash.live && (
        <Banner tone="info" title={words.live}>
          {words.liveText}
        </Banner>
      )}
      <div className="hash-result">
        <code className="hash-digest selectable">{hash.digest}</code>
        <div className="hash-actions">
          <Button size="small" icon="copy" onClick={() => copyText(hash.digest, words.title)}>
            {texts().common.copy}
          </Button>
          <Button
            size="small"
            icon="copy"
            onClick={() => copyText(`${hash.digest}  ${row.path}\n`, words.line)}
          >
            {words.copyLine(hash.algorithm)}
          </Button>
          <SaveChecksum hash={hash} job={job} row={row} stale={stale} />
          <span className="muted" title={exactDate(at)}>
            {words.done(
              relativeDate(at, now),
              formatBytes(hash.bytes, units),
              formatBytes(hash.bytesRead, units),
            )}
          </span>
        </div>
      </div>
      <DigestComparison
        computed={{ algorithm: hash.algorithm, digest: hash.digest, fileName: row.name }}
      />
    </>
  )
}

interface SaveChecksumProps extends DigestProps {
  /** The file changed since. */
  readonly stale: boolean
}

/** Leaves `NAME.sha256` beside the image, for whoever gets both. */
function SaveChecksum({ hash, job, row, stale }: SaveChecksumProps) {
  const [busy, setBusy] = useState(false)
  const words = hashTexts()
  const isOfFile = hash.target === 'file' && hash.algorithm === 'sha256'
  const save = (): void => {
    setBusy(true)
    host()
      .api['images.saveChecksum']({ imageId: row.id, jobId: job.id })
      .then(({ path }) => toast({ title: words.saved, detail: path }))
      .catch(reportError)
      .finally(() => setBusy(false))
  }
  return (
    <Button
      size="small"
      icon="download"
      busy={busy}
      disabledReason={!isOfFile ? words.saveFileOnly : stale ? words.saveStale : undefined}
      onClick={save}
    >
      {words.save(`${row.name}.sha256`)}
    </Button>
  )
}

const isFor = ({ request }: Job, target: Target, algorithm: Algorithm): boolean =>
  request.kind === 'hash' && request.target === target && request.algorithm === algorithm

/** A failure hides an older result: the newest answer is the true one. A cancelled job says nothing. */
const newest = (jobs: readonly Job[], target: Target, algorithm: Algorithm): Job | undefined =>
  jobs.find(
    (job) => isFor(job, target, algorithm) && (job.state === 'succeeded' || job.state === 'failed'),
  )

function whyNot(row: LibraryRow, target: Target): string | undefined {
  if (row.missingSince !== undefined) return texts().commands.missing
  if (target === 'file') return undefined
  return row.format === undefined || row.format === 'qcow2' || row.format === 'raw'
    ? undefined
    : hashTexts().otherFormat(row.formatLabel)
}
