import { clsx } from './clsx.ts'
import { Icon, type IconName } from './icon.tsx'
import './badge.css'

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'neutral'

export interface BadgeProps {
  readonly tone: Tone
  readonly icon?: IconName
  /** What it says is from before the last change: drawn half filled. */
  readonly half?: boolean
  readonly children: string
}

export function Badge({ tone, icon, half = false, children }: BadgeProps) {
  return (
    <span className={clsx('badge', `badge-${tone}`, half && 'badge-half')}>
      {icon && <Icon name={icon} size={14} />}
      <span className="truncate">{children}</span>
    </span>
  )
}
