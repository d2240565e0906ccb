import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { WindowOf } from '../shell-events.ts'
import { replaceFile } from './replace-file.ts'

/** Windows of images that are remembered; the ones left longest ago go first. */
const windowLimit = 100

const stored = z.record(z.string(), z.string())

/** How each window was left, in its own words, in one JSON file. */
export class KeptViews {
  readonly #file: string
  readonly #onTrouble: (error: unknown) => void
  /** The one that was kept last comes last. */
  #views: ReadonlyMap<string, string>
  #saved: Promise<void> = Promise.resolve()
  #isWaiting = false

  constructor(folder: string, onTrouble: (error: unknown) => void) {
    mkdirSync(folder, { recursive: true })
    this.#file = path.join(folder, 'windows.json')
    this.#onTrouble = onTrouble
    this.#views = load(this.#file)
  }

  of(windowOf: WindowOf): string | undefined {
    return this.#views.get(keyOf(windowOf))
  }

  keep(windowOf: WindowOf, view: string): void {
    const key = keyOf(windowOf)
    const others = [...this.#views].filter(([known]) => known !== key)
    // The library's own is not one of those that are counted.
    const library = others.filter(([known]) => known === libraryKey)
    const images = others.filter(([known]) => known !== libraryKey).slice(1 - windowLimit)
    this.#views = new Map([...library, ...images, [key, view]])
    // What waits to be written takes this along.
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#saved = this.#saved
      .then(() => {
        this.#isWaiting = false
        return replaceFile(this.#file, JSON.stringify(Object.fromEntries(this.#views)))
      })
      // Where a window was is not worth a word to the person.
      .catch(this.#onTrouble)
  }

  /** Resolves when nothing is left to write. */
  close(): Promise<void> {
    return this.#saved
  }
}

const libraryKey = 'library'
const keyOf = (windowOf: WindowOf): string =>
  windowOf === undefined ? libraryKey : `image ${windowOf}`

/** A file that is lost or damaged leaves the windows as they first were. */
function load(file: string): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(stored.parse(JSON.parse(readFileSync(file, 'utf8')))))
  } catch {
    return new Map()
  }
}
