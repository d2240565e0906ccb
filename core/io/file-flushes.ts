/**
 * Flushes of one open file, which may run side by side. Linux tells of a write that was lost once for each
 * open file (`file_check_and_advance_wb_err`): of two flushes that run at the same time one fails, and the
 * other one succeeds. So each waits for those that run when it ends, and a failure is that of all.
 */
export class FileFlushes {
  readonly #sync: () => Promise<void>
  readonly #running = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  async run(): Promise<void> {
    const own = this.#watched()
    this.#running.add(own)
    void own.then(() => this.#running.delete(own))
    await own
    await Promise.all(this.#running)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #watched(): Promise<void> {
    try {
      await this.#sync()
    } catch (error) {
      this.#failure ??= { error }
    }
  }
}
