import { Component, type ReactNode } from 'react'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'

interface Fault {
  readonly message: string | undefined
}

/**
 * In place of a window that cannot be drawn: a mistake of ours, or a part whose file is gone because Platter was
 * updated under it. Without it the window would be empty. React asks such of classes only.
 */
export class WindowFault extends Component<{ readonly children: ReactNode }, Fault> {
  override state: Fault = { message: undefined }

  static getDerivedStateFromError(thrown: unknown): Fault {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  override render(): ReactNode {
    const { message } = this.state
    if (message === undefined) return this.props.children
    const words = texts().frame
    return (
      <main className="no-connection">
        <h1 className="visually-hidden">{words.product}</h1>
        <EmptyState
          icon="care"
          title={words.fault.title}
          actions={
            <Button variant="primary" onClick={() => window.location.reload()}>
              {words.fault.again}
            </Button>
          }
        >
          <p>{words.fault.text}</p>
          <p className="muted selectable">{message}</p>
        </EmptyState>
      </main>
    )
  }
}
