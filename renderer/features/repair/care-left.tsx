import type { Job } from '../../../ipc/schemas/job.ts'
import { runCommand } from '../../commands/registry.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { repairTexts } from './repair-texts.ts'

export interface CareLeftProps {
  readonly job: Job
  readonly onClose: () => void
}

/** What a repair, or the undo of one, leaves to be done, and the way there: nobody takes a tick for the end of it. */
export function CareLeft({ job, onClose }: CareLeftProps) {
  const { result, request, imageId } = job
  const isKnown = useLibrary(({ rows }) => rows.has(imageId))
  if (result?.kind !== 'change') return null
  const { stillWrong, leaksMended } = result
  const words = repairTexts().careLeft
  const go = (command: string, label: string) =>
    isKnown && (
      <Button
        size="small"
        onClick={() => {
          onClose()
          runCommand(command, [imageId])
        }}
      >
        {label}
      </Button>
    )
  return (
    <>
      {stillWrong !== undefined && (
        <Banner
          tone="warn"
          title={request.kind === 'undo' ? words.isBack : words.stillWrong[stillWrong]}
          actions={go('image.repair', texts().inspector.actions.repair)}
        >
          {texts().health.words[stillWrong].meaning}
        </Banner>
      )}
      {leaksMended !== undefined && (
        <Banner
          tone="info"
          title={words.mended(counted(leaksMended, 'leakedCluster'))}
          actions={go('image.compact', texts().inspector.actions.compact)}
        >
          {words.mendedText}
        </Banner>
      )}
    </>
  )
}
