import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import type { IconName } from '../../ui/icon.tsx'

export interface StartFooterProps {
  /** What happens, with how many: "Compact 12 images". */
  readonly label: string
  readonly icon: IconName
  readonly starting: boolean
  /** Why it cannot be started. */
  readonly whyNot: string | undefined
  readonly onStart: () => void
  readonly onClose: () => void
}

/** The end of a sheet that starts work on many images. */
export function StartFooter({ label, icon, starting, whyNot, onStart, onClose }: StartFooterProps) {
  return (
    <>
      <Button onClick={onClose}>{texts().common.cancel}</Button>
      <Button
        variant="primary"
        icon={icon}
        busy={starting}
        disabledReason={whyNot}
        onClick={onStart}
      >
        {label}
      </Button>
    </>
  )
}
