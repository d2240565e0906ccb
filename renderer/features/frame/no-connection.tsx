import type { Connection } from '../../state/app-info.ts'
import { texts } from '../../texts/texts.ts'
import { EmptyState } from '../../ui/empty-state.tsx'

/** In place of the window until it has something to work with. */
export function NoConnection({ connection }: { readonly connection: Connection }) {
  const words = texts().frame
  return (
    <main className="no-connection">
      <h1 className="visually-hidden">{words.product}</h1>
      {connection === 'refused' ? (
        <EmptyState icon="key" title={words.noLink.title}>
          {words.noLink.text}
        </EmptyState>
      ) : (
        <EmptyState icon="disks" title={words.connecting.title}>
          {words.connecting.text}
        </EmptyState>
      )}
    </main>
  )
}
