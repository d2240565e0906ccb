import { decodeName, encodeName } from '../../base/text.ts'

/** Names that people gave: they are metadata, and may be private. */
export interface MetadataNames {
  readonly backingFile: string | undefined
  readonly dataFile: string | undefined
  readonly snapshots: readonly string[]
  readonly bitmaps: readonly string[]
}

/** Names listed of each kind. */
const mostListed = 1000

/** The names that go into a container: as they are, or others of the same length. */
export class NameKeeper {
  readonly #anonymizes: boolean
  readonly #numbers = new Map<string, number>()
  #backingFile: string | undefined
  #dataFile: string | undefined
  readonly #snapshots: string[] = []
  readonly #bitmaps: string[] = []

  constructor({ anonymizes }: { readonly anonymizes: boolean }) {
    this.#anonymizes = anonymizes
  }

  /** The names as they go into the container. */
  get names(): MetadataNames {
    return {
      backingFile: this.#backingFile,
      dataFile: this.#dataFile,
      snapshots: this.#snapshots,
      bitmaps: this.#bitmaps,
    }
  }

  backingFile(raw: Uint8Array): Uint8Array {
    const kept = this.#replace('backing', raw)
    this.#backingFile = decodeName(kept)
    return kept
  }

  dataFile(raw: Uint8Array): Uint8Array {
    const kept = this.#replace('data', raw)
    this.#dataFile = decodeName(kept)
    return kept
  }

  snapshot(raw: Uint8Array): Uint8Array {
    const kept = this.#replace('snapshot', raw)
    if (this.#snapshots.length < mostListed) this.#snapshots.push(decodeName(kept))
    return kept
  }

  bitmap(raw: Uint8Array): Uint8Array {
    const kept = this.#replace('bitmap', raw)
    if (this.#bitmaps.length < mostListed) this.#bitmaps.push(decodeName(kept))
    return kept
  }

  /** Equal names of one kind stay equal and different ones different, as far as their lengths allow. */
  #replace(kind: string, raw: Uint8Array): Uint8Array {
    if (!this.#anonymizes || raw.length === 0) return raw
    const key = `${kind} ${Array.from(raw).join(' ')}`
    const number = this.#numbers.get(key) ?? this.#numbers.size + 1
    this.#numbers.set(key, number)
    const text = `${number}`.slice(-raw.length)
    return encodeName(text.padEnd(raw.length, 'x'))
  }
}
