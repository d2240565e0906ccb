import type { ReactNode } from 'react'
import { clsx } from './clsx.ts'
import type { Tone } from './badge.tsx'
import { Icon, type IconName } from './icon.tsx'
import './banner.css'

const icons: Readonly<Record<Tone, IconName>> = {
  good: 'check-circle',
  warn: 'care',
  bad: 'cross-circle',
  info: 'info',
  neutral: 'info',
}

export interface BannerProps {
  readonly tone: Tone
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}

/** Something about the whole page or pane that stays until it no longer holds or is dismissed. */
export function Banner({ tone, title, children, actions }: BannerProps) {
  return (
    <div className={clsx('banner', `banner-${tone}`)} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={icons[tone]} />
      <div className="banner-text selectable">
        <strong>{title}</strong>
        {children !== undefined && <div className="banner-detail">{children}</div>}
      </div>
      {actions !== undefined && <div className="banner-actions">{actions}</div>}
    </div>
  )
}
