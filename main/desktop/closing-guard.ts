import type { MessageBoxOptions } from 'electron'

/** The part of a window that the guard needs. */
export interface ClosableWindow {
  on(name: 'close', listener: (event: { preventDefault(): void }) => void): unknown
  close(): void
}

export interface ClosingGuardOptions {
  readonly isBusy: () => boolean
  /** Shows the question; answers with the index of the button. */
  readonly ask: (question: MessageBoxOptions) => Promise<number>
}

const keepWorking = 0
const stopAndClose = 1

const question: MessageBoxOptions = {
  type: 'question',
  message: 'Jobs are still running',
  detail:
    'Closing Platter stops them. They are kept in the history as interrupted and can be started again. No image is changed either way.',
  buttons: ['Keep working', 'Stop and close'],
  defaultId: keepWorking,
  cancelId: keepWorking,
}

/** Asks before a window is closed while jobs run: closing the last one ends the app and its jobs. */
export function guardClosing(window: ClosableWindow, { isBusy, ask }: ClosingGuardOptions): void {
  let mayClose = false
  let isAsking = false
  const askOnce = async (): Promise<void> => {
    // Pressing the button again while the question is open asks nothing new.
    if (isAsking) return
    isAsking = true
    const answer = await ask(question)
    isAsking = false
    if (answer !== stopAndClose) return
    mayClose = true
    window.close()
  }
  window.on('close', (event) => {
    if (mayClose || !isBusy()) return
    event.preventDefault()
    void askOnce()
  })
}
