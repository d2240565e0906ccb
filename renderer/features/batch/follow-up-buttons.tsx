import { useMemo } from 'react'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { runCommand } from '../../commands/registry.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { Button } from '../../ui/button.tsx'
import { batchTexts } from './batch-texts.ts'
import { followUpsOf } from './follow-ups.ts'

export interface FollowUpButtonsProps {
  readonly jobs: readonly Job[]
  readonly kind: JobKind
}

/** The way on from what was found: one image has its own dialog, several have that of a batch. */
export function FollowUpButtons({ jobs, kind }: FollowUpButtonsProps) {
  const words = batchTexts().page
  const rows = useLibrary((state) => state.rows)
  const { repair, compact } = useMemo(() => followUpsOf(jobs, kind, rows), [jobs, kind, rows])
  return (
    <>
      {repair.length > 0 && (
        <Button icon="wrench" onClick={() => runCommand('image.repair', repair)}>
          {words.repairFound(counted(repair.length, 'image'))}
        </Button>
      )}
      {compact.length > 0 && (
        <Button icon="compact" onClick={() => runCommand('image.compact', compact)}>
          {words.compactFound(counted(compact.length, 'image'))}
        </Button>
      )}
    </>
  )
}
