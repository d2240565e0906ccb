import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { settings as schema, type Settings } from '../../ipc/schemas/app.ts'
import { nameAside } from '../name-aside.ts'
import type { Notice } from '../notice.ts'
import { Topic } from '../topic.ts'
import { defaultSettings } from '../../ipc/default-settings.ts'
import { replaceFile } from './replace-file.ts'

/** Keys that are absent or undefined stay as they are. */
export type SettingsChange = { readonly [Key in keyof Settings]?: Settings[Key] | undefined }

/**
 * The person's choices in one JSON file. A file that is no JSON is moved aside and the defaults apply;
 * one value that does not fit (from another version) falls back to its default alone.
 */
export class SettingsStore {
  readonly changed = new Topic<Settings>()
  readonly notice: Notice | undefined
  readonly #file: string
  #current: Settings
  #saved: Promise<void> = Promise.resolve()

  constructor(folder: string, now: () => number = Date.now) {
    mkdirSync(folder, { recursive: true })
    this.#file = path.join(folder, 'settings.json')
    const text = readIfThere(this.#file)
    const stored = text === undefined ? {} : parseObject(text)
    if (stored === undefined) {
      const aside = nameAside(this.#file, now())
      renameSync(this.#file, aside)
      this.notice = {
        id: 'settings-damaged',
        title: 'The settings were damaged and are back at their defaults',
        detail: `The damaged file was kept as ${aside}.`,
      }
    }
    this.#current = { ...defaultSettings, ...validPart(stored ?? {}) }
  }

  get current(): Settings {
    return this.#current
  }

  /** Resolves once the change is on disk; of a save that fails, the change stays for this session. */
  async change(part: SettingsChange): Promise<Settings> {
    const given = Object.entries(part).filter(([, value]) => value !== undefined)
    // Every value that is left is of the type its key has in Settings.
    this.#current = { ...this.#current, ...(Object.fromEntries(given) as Partial<Settings>) }
    this.changed.tell(this.#current)
    // One after the other: the newest state must be the last one written.
    const save = this.#saved.then(() =>
      replaceFile(this.#file, JSON.stringify(this.#current, null, 2)),
    )
    this.#saved = save.catch(() => undefined)
    await save
    return this.#current
  }

  /** Resolves when nothing is left to write. */
  close(): Promise<void> {
    return this.#saved
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function validPart(stored: Readonly<Record<string, unknown>>): Partial<Settings> {
  const parts = Object.entries(schema.shape).flatMap(([key, valueSchema]) => {
    const parsed = valueSchema.safeParse(stored[key])
    return parsed.success ? [[key, parsed.data]] : []
  })
  // Each value has just passed the schema of its own key.
  return Object.fromEntries(parts) as Partial<Settings>
}
