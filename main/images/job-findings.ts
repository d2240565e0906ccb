import { saveAllocation, type StoredAllocation } from '../history/allocations.ts'
import type { WritableDb } from '../history/db.ts'
import {
  forgetLastCheck,
  saveLastCheck,
  saveLastHash,
  saveReclaimable,
  saveUsedAt,
  type LastCheck,
  type LastHash,
  type Reclaimable,
} from '../history/images.ts'
import type { Catalog } from './catalog.ts'
import { isStale } from './library-image.ts'

/** What jobs and plans found out about images: stored, and shown with their rows from then on. */
export class JobFindings {
  readonly #db: WritableDb
  readonly #catalog: Catalog

  constructor(db: WritableDb, catalog: Catalog) {
    this.#db = db
    this.#catalog = catalog
  }

  /** Somebody opened these images, or worked on them here. */
  used(ids: readonly number[], usedAt: number): void {
    const known = ids.filter((id) => this.#catalog.get(id) !== undefined)
    this.#db.transaction(() => {
      for (const id of known) saveUsedAt(this.#db, id, usedAt)
    })
    for (const id of known) this.#catalog.setResults(id, { usedAt })
  }

  keepCheck(imageId: number, check: LastCheck): void {
    saveLastCheck(this.#db, imageId, check)
    this.#catalog.setResults(imageId, { lastCheck: check })
  }

  /** What the last check found is no longer so, and nobody has looked since. */
  forgetCheck(imageId: number): void {
    forgetLastCheck(this.#db, imageId)
    this.#catalog.setResults(imageId, { lastCheck: undefined })
  }

  keepHash(imageId: number, hash: LastHash): void {
    saveLastHash(this.#db, imageId, hash)
    this.#catalog.setResults(imageId, { lastHash: hash })
  }

  /** What knows less replaces nothing that knew more, while the file is still the same. */
  keepReclaimable(imageId: number, reclaimable: Reclaimable): void {
    const image = this.#catalog.get(imageId)
    if (image === undefined) return
    const { header, reclaimable: known } = image
    if (
      known !== undefined &&
      !isStale(known.file, header) &&
      worthOf(known) > worthOf(reclaimable)
    )
      return
    saveReclaimable(this.#db, imageId, reclaimable)
    this.#catalog.setResults(imageId, { reclaimable })
  }

  keepAllocation(imageId: number, allocation: StoredAllocation): void {
    saveAllocation(this.#db, imageId, allocation)
  }
}

/** A sample of the content tells more than the tables alone, and a whole look tells all. */
const worthOf = ({ isExact, isLeast }: Reclaimable): number =>
  isExact ? 2 : isLeast === true ? 0 : 1
