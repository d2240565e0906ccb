import type { VmReference } from '../../ipc/schemas/library.ts'
import type { Place } from './known-places.ts'

/** A machine and the files it needs: absolute, with and without symbolic links followed. */
export interface ReadVm extends VmReference {
  readonly files: readonly string[]
}

/** One configuration as it was read. */
export interface ReadConfig {
  /** Tells whether it has to be read again. */
  readonly stamp: string
  /** Undefined: nothing changed since the stamp that was known. */
  readonly vms: readonly ReadVm[] | undefined
  /** It is there and could not be read or understood: errno, or `EINVAL` for what is not the program's text. */
  readonly errno: string | undefined
}

export interface ReadPlace {
  readonly place: Place
  /** By the configuration's absolute path. */
  readonly configs: ReadonlyMap<string, ReadConfig>
  /** The place is there and could not be listed. */
  readonly errno: string | undefined
}

export interface ReadVmsInput {
  readonly places: readonly Place[]
  /** Stamps of what was read before, by path. */
  readonly known: ReadonlyMap<string, string>
  /** Bounds what lies beside images and what configurations lead to; the known places are no choice of anybody's. */
  readonly roots: readonly string[] | undefined
}
