import type { MessageBoxOptions } from 'electron'
import type { WorkUnderWay } from '../jobs/work-under-way.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

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
  const { product, quitting: words } = desktopTexts()
  const count = begun + waiting
  const ofOne = changing === 1 ? words.changes : words.reads
  const ofMany = changing === 0 ? words.allRead : words.someChange(changing)
  return {
    type: 'question',
    title: product,
    message: words.message(count),
    detail: [count === 1 ? ofOne : ofMany, words.inBackground, words.paused, words.cancelled].join(
      ' ',
    ),
    buttons: answers.map((answer) => words.buttons[answer]),
    defaultId: answers.indexOf('background'),
    cancelId: answers.indexOf('stay'),
    noLink: true,
  }
}
