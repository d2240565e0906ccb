import type { Job } from '../../ipc/schemas/job.ts'
import type { UndoStore } from '../../ipc/schemas/undo.ts'

/** What the made-up history can take back, as long as it was not forgotten. */
export class FakeUndoStore {
  readonly #history: () => readonly Job[]
  readonly #forgotten = new Set<string>()

  constructor(history: () => readonly Job[]) {
    this.#history = history
  }

  look(quotaBytes: number): UndoStore {
    const entries = this.#history()
      .filter(({ id, undo }) => undo === 'possible' && !this.#forgotten.has(id))
      .map(({ id, imageId, imageName, summary, endedAt, queuedAt, request }, index) => ({
        jobId: id,
        imageId,
        imageName,
        summary: summary ?? request.kind,
        doneAt: endedAt ?? queuedAt,
        keptBytes: index % 3 === 0 ? 0 : 655_360 * (index * 41 + 1),
      }))
    return {
      entries,
      keptBytes: entries.reduce((sum, { keptBytes }) => sum + keptBytes, 0),
      quotaBytes,
    }
  }

  purge(jobIds: readonly string[] | undefined): void {
    for (const id of jobIds ?? this.#history().map((job) => job.id)) this.#forgotten.add(id)
  }
}
