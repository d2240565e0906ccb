import type { Job } from '../../../ipc/schemas/job.ts'
import { runCommand } from '../../commands/registry.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckResultView } from '../check/check-result-view.tsx'
import { useFullCheck } from '../check/use-full-check.ts'
import { LogButton } from '../jobs/job-controls.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { revealImages } from '../library/reveal-images.ts'
import { CareLeft } from '../repair/care-left.tsx'
import { Receipt } from '../plan/receipt.tsx'
import { UndoButton } from '../undo/undo-button.tsx'
import { batchTexts } from './batch-texts.ts'
import { DigestFact } from './digest-fact.tsx'
import { needsRepair } from './follow-ups.ts'

export interface ResultDialogProps {
  readonly job: Job
  readonly onClose: () => void
}

/** All that one image of a batch came to, and the way on from there. */
export function ResultDialog({ job, onClose }: ResultDialogProps) {
  const check = useFullCheck(job)
  return (
    <Dialog
      title={job.imageName}
      description={job.imagePath}
      onClose={onClose}
      footer={
        hasEnded(job) && (
          <>
            <LogButton job={job} />
            <UndoButton job={job} />
            <WayOn job={job} onClose={onClose} />
            <Button variant="primary" onClick={onClose}>
              {texts().common.close}
            </Button>
          </>
        )
      }
    >
      {check !== undefined ? (
        <CheckResultView check={check} />
      ) : hasEnded(job) ? (
        <>
          <Receipt job={job}>
            <CareLeft job={job} onClose={onClose} />
          </Receipt>
          <DigestFact job={job} />
        </>
      ) : (
        <JobProgress job={job} explained />
      )}
    </Dialog>
  )
}

/** To the image as it is now, wherever it is still known. */
function WayOn({ job: { imageId }, onClose }: ResultDialogProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  const words = batchTexts().page
  if (row === undefined) return null
  return (
    <>
      <Button
        icon="inspector"
        onClick={() => {
          onClose()
          revealImages([imageId])
        }}
      >
        {words.showImage}
      </Button>
      {needsRepair(row) && (
        <Button
          icon="wrench"
          onClick={() => {
            onClose()
            runCommand('image.repair', [imageId])
          }}
        >
          {words.repair}
        </Button>
      )}
    </>
  )
}
