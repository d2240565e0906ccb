import type { BatchCounters } from '../../../ipc/schemas/job.ts'
import { texts } from '../../texts/texts.ts'
import { Button, type ButtonProps } from '../../ui/button.tsx'
import { cancelBatch, pauseBatch, resumeBatch } from '../jobs/job-actions.ts'
import { isLook } from './is-look.ts'

export interface BatchControlsProps {
  readonly batch: BatchCounters
  readonly size?: ButtonProps['size']
}

/** Pause or Resume, and Cancel, of a batch that goes on. Both keep what has finished. */
export function BatchControls({ batch, size = 'normal' }: BatchControlsProps) {
  const words = texts().batches
  const { id, title, kind, paused = false } = batch
  const worth = words.worth[isLook(kind) ? 'look' : 'change']
  return (
    <>
      <Button
        size={size}
        icon={paused ? 'play' : 'pause'}
        hint={paused ? undefined : words.pauseHint}
        aria-label={(paused ? words.resumeOf : words.pauseOf)(title)}
        onClick={() => (paused ? resumeBatch(id) : pauseBatch(id))}
      >
        {paused ? words.resume : words.pause}
      </Button>
      <Button
        size={size}
        hint={words.cancelHint(worth)}
        aria-label={words.cancelOf(title, worth)}
        onClick={() => cancelBatch(id)}
      >
        {words.cancel}
      </Button>
    </>
  )
}
