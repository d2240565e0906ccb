import type { Library } from '../images/library.ts'

/** Programs open and close images without a sign on disk, so they are asked from time to time. */
const defaultInterval = 10_000

/** Keeps "in use" current while at least one window looks. */
export class UseWatch {
  readonly #refresh: () => Promise<void>
  readonly #interval: number
  #watchers = 0
  #timer: NodeJS.Timeout | undefined

  constructor(
    library: Pick<Library, 'refreshUses'>,
    options: {
      readonly beforeRefresh: () => void
      readonly onFailed: (error: unknown) => void
      readonly interval?: number
    },
  ) {
    this.#interval = options.interval ?? defaultInterval
    this.#refresh = async () => {
      try {
        options.beforeRefresh()
        await library.refreshUses()
      } catch (error) {
        options.onFailed(error)
      }
    }
  }

  /** Returns the function that ends this watcher's interest. */
  begin(): () => void {
    this.#watchers += 1
    if (this.#watchers === 1) this.#schedule()
    return () => {
      this.#watchers -= 1
      if (this.#watchers === 0) this.close()
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The next round starts after the last one ended: a slow share must not pile them up. */
  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#round()
    }, this.#interval)
    this.#timer.unref()
  }

  async #round(): Promise<void> {
    await this.#refresh()
    if (this.#timer !== undefined) this.#schedule()
  }
}
