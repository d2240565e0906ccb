import { useId, type ReactNode } from 'react'
import './card.css'

export interface CardProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Card({ title, actions, children }: CardProps) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header className="card-header">
        <h3 id={id} className="card-title">
          {title}
        </h3>
        {actions}
      </header>
      {children}
    </section>
  )
}
