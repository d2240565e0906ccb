import type { Job } from '../../../ipc/schemas/job.ts'
import { useLibrary } from '../../state/library.ts'
import { Button } from '../../ui/button.tsx'
import { revealImages } from './reveal-images.ts'

export interface ShowImageButtonProps {
  readonly job: Job
  /** Of the image that the job has made; undefined: it made none. */
  readonly path: string | undefined
  readonly label: string
  readonly onClose: () => void
}

/** Goes to an image that has just been made, once the library has it. */
export function ShowImageButton({ job, path, label, onClose }: ShowImageButtonProps) {
  const id = useLibrary(({ rows }) => [...rows.values()].find((row) => row.path === path)?.id)
  if (job.state !== 'succeeded' || id === undefined) return null
  return (
    <Button
      icon="inspector"
      onClick={() => {
        onClose()
        revealImages([id])
      }}
    >
      {label}
    </Button>
  )
}
