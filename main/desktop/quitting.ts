import type { MessageBoxOptions } from 'electron'
import type { WorkUnderWay } from '../jobs/work-under-way.ts'

/** What becomes of jobs that have not ended. */
export type Unfinished = 'interrupted' | 'cancelled'

export interface QuittingParts {
  readonly work: () => WorkUnderWay
  /** Shows the question; answers with the index of the button. */
  readonly ask: (question: MessageBoxOptions) => Promise<number>
  /** The app ends now: asked again, `mayEnd` says yes. */
  readonly quit: () => void
  /** The windows close, the work goes on, and the tray shows it. */
  readonly goOnInBackground: () => void
}

const answers = ['background', 'interrupted', 'cancelled', 'stay'] as const

/** Asks before the app ends while jobs run. The question is open once at most. */
export class Quitting {
  readonly #parts: QuittingParts
  #isAsking = false
  #unfinished: Unfinished | undefined

  constructor(parts: QuittingParts) {
    this.#parts = parts
  }

  get unfinished(): Unfinished {
    return this.#unfinished ?? 'interrupted'
  }

  /** Whether the app may end now. If not, the person is being asked, and the answer is carried out. */
  mayEnd(): boolean {
    const work = this.#parts.work()
    if (this.#unfinished !== undefined || work.begun + work.waiting === 0) return true
    void this.#ask(work)
    return false
  }

  /** Nobody can be asked: the system ends. What is not done can be taken up at the next start. */
  endUnasked(): void {
    this.#unfinished = 'interrupted'
  }

  async #ask(work: WorkUnderWay): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const response = await this.#parts.ask(questionAbout(work)).finally(() => {
      this.#isAsking = false
    })
    const answer = answers[response] ?? 'stay'
    if (answer === 'stay') return
    if (answer === 'background') {
      this.#parts.goOnInBackground()
      return
    }
    this.#unfinished = answer
    this.#parts.quit()
  }
}

export function questionAbout({ begun, waiting, changing }: WorkUnderWay): MessageBoxOptions {
  const count = begun + waiting
  const changes =
    changing === 0
      ? 'They only read: no image is being changed.'
      : changing === 1
        ? 'One of them is changing an image.'
        : `${changing} of them are changing images.`
  return {
    type: 'question',
    title: 'Platter',
    message: count === 1 ? 'A job has not ended' : `${count} jobs have not ended`,
    detail: [
      count === 1
        ? changing === 1
          ? 'It is changing an image.'
          : 'It only reads: no image is being changed.'
        : changes,
      'In the background they go on; Platter ends when they have.',
      'Paused, they stop at a safe point and can be taken up at the next start.',
      'Cancelled, they stop at a safe point for good. Every image stays usable either way.',
    ].join(' '),
    buttons: ['Keep running in background', 'Pause and quit', 'Cancel jobs and quit', 'Stay'],
    defaultId: answers.indexOf('background'),
    cancelId: answers.indexOf('stay'),
    noLink: true,
  }
}
