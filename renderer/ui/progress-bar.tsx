import { clsx } from './clsx.ts'
import './progress-bar.css'

export interface ProgressBarProps {
  /** 0 to 1; absent while the end is not known. */
  readonly value?: number | undefined
  readonly label: string
  readonly tone?: 'accent' | 'good' | 'warn' | 'bad'
  readonly thin?: boolean
}

export function ProgressBar({ value, label, tone = 'accent', thin = false }: ProgressBarProps) {
  const percent =
    value === undefined ? undefined : Math.round(Math.min(Math.max(value, 0), 1) * 100)
  return (
    <div
      className={clsx('progress', `progress-${tone}`, thin && 'progress-thin')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div
        className={clsx('progress-fill', percent === undefined && 'progress-unknown')}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </div>
  )
}
