import type { Connection } from '../../state/app-info.ts'
import { EmptyState } from '../../ui/empty-state.tsx'

/** In place of the window until it has something to work with. */
export function NoConnection({ connection }: { readonly connection: Connection }) {
  return (
    <main className="no-connection">
      <h1 className="visually-hidden">Platter</h1>
      {connection === 'refused' ? (
        <EmptyState icon="key" title="Open the link that Platter printed">
          This page needs the secret that is part of the link, and the one it has is missing or out
          of date. Copy the whole link from the terminal where Platter was started.
        </EmptyState>
      ) : (
        <EmptyState icon="disks" title="Connecting to Platter…">
          The library appears as soon as the program behind this window answers.
        </EmptyState>
      )}
    </main>
  )
}
