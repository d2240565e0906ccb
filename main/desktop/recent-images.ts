import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const recentLimit = 10

const stored = z.array(z.string().min(1).max(4096)).max(recentLimit)

/** The files opened last, newest first. Linux keeps no such list for a program, and Windows none for a menu. */
export class RecentImages {
  readonly #file: string
  #paths: readonly string[]
  #saved: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
    this.#paths = load(file)
  }

  get paths(): readonly string[] {
    return this.#paths
  }

  /** In the order in which they were opened. */
  add(paths: readonly string[]): void {
    this.#set([...new Set([...paths.toReversed(), ...this.#paths])].slice(0, recentLimit))
  }

  clear(): void {
    this.#set([])
  }

  /** Resolves when everything so far is on disk. */
  saved(): Promise<void> {
    return this.#saved
  }

  #set(paths: readonly string[]): void {
    this.#paths = paths
    this.#saved = this.#saved.then(() => save(this.#file, paths))
  }
}

/** A list that is lost or damaged is not worth a word. */
function load(file: string): readonly string[] {
  try {
    return stored.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? []
  } catch {
    return []
  }
}

async function save(file: string, paths: readonly string[]): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(`${file}.new`, JSON.stringify(paths), { mode: 0o600 })
    await rename(`${file}.new`, file)
  } catch {
    // The menu has it until the app ends; a full disk is told of where it matters.
  }
}
