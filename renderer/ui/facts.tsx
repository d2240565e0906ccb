import { Fragment, type ReactNode } from 'react'
import './card.css'

export interface Fact {
  readonly label: string
  readonly value: ReactNode
  /** The exact value on hover, such as bytes. */
  readonly title?: string | undefined
}

export function Facts({ items }: { readonly items: readonly Fact[] }) {
  return (
    <dl className="facts">
      {items.map(({ label, value, title }) => (
        <Fragment key={label}>
          <dt>{label}</dt>
          <dd title={title}>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
