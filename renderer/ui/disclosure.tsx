import type { ReactNode } from 'react'
import './field.css'

export interface DisclosureProps {
  readonly label: string
  readonly children: ReactNode
}

/** What most people leave as it is, folded in until it is asked for. */
export function Disclosure({ label, children }: DisclosureProps) {
  return (
    <details className="disclosure">
      <summary>{label}</summary>
      <div className="disclosure-body">{children}</div>
    </details>
  )
}
