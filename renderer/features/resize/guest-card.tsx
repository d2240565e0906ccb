import { copyText } from '../../state/copy-text.ts'
import { IconButton } from '../../ui/button.tsx'
import type { GuestStep } from './guest-steps.ts'
import { guestTexts } from './guest-texts.ts'
import './guest-card.css'

export interface GuestCardProps {
  readonly title: string
  readonly intro?: string
  readonly steps: readonly GuestStep[]
}

/** Things to do inside the guest, with commands that can be copied. */
export function GuestCard({ title, intro, steps }: GuestCardProps) {
  const words = guestTexts()
  if (steps.length === 0) return null
  const namesDevice = steps.some(({ command }) => command?.includes('/dev/vda') === true)
  return (
    <section className="guest-card" aria-label={title}>
      <h3 className="guest-title">{title}</h3>
      {intro !== undefined && <p>{intro}</p>}
      <ol
        className={
          steps.length > 1 ? 'guest-steps guest-steps-many' : 'guest-steps guest-steps-one'
        }
      >
        {steps.map(({ text, command }) => (
          <li key={text} className="guest-step">
            <span className="selectable">{text}</span>
            {command !== undefined && (
              <div className="guest-command">
                <code className="selectable">{command}</code>
                <IconButton
                  icon="copy"
                  size="small"
                  label={words.copy}
                  onClick={() => copyText(command, words.command)}
                />
              </div>
            )}
          </li>
        ))}
      </ol>
      {namesDevice && <p className="guest-device">{words.device}</p>}
    </section>
  )
}
