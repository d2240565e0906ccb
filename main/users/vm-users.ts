import type { VmReference } from '../../ipc/schemas/library.ts'
import type { ScanHost } from '../images/scan-tasks.ts'
import { placeBeside, type Place } from './known-places.ts'
import type { ReadConfig, ReadPlace, ReadVm } from './vm-tasks.ts'

export interface VmUsersOptions {
  readonly host: ScanHost
  readonly places: readonly Place[]
  readonly roots: readonly string[] | undefined
  readonly signal: AbortSignal
  /** Paths whose users changed, and whether images that nothing needs can be told from others now. */
  readonly onChanged: (change: {
    readonly files: ReadonlySet<string>
    readonly isKnownChanged: boolean
  }) => void
}

/** What was looked at, as the evidence for an image that nobody seems to need. */
export interface LookedAt {
  readonly source: VmReference['source'] | undefined
  readonly path: string
  readonly vms: number
  /** Configurations that are there and could not be read, or the place itself. */
  readonly unread: readonly { readonly path: string; readonly errno: string }[]
}

const none: readonly VmReference[] = []

/**
 * Which virtual machines need which files, by configurations that are read on another thread. What was read is
 * kept as long as the configuration stays the same.
 */
export class VmUsers {
  readonly #options: VmUsersOptions
  /** By the place's path; the later of two looks at a place holds. */
  readonly #read = new Map<string, ReadPlace>()
  #byFile: ReadonlyMap<string, readonly VmReference[]> = new Map()
  #vmCount = 0
  /** One look after the other: two at once could store the older answer last. */
  #looks: Promise<void> = Promise.resolve()

  constructor(options: VmUsersOptions) {
    this.#options = options
  }

  usersOf(file: string): readonly VmReference[] {
    return this.#byFile.get(file) ?? none
  }

  /** At least one machine is known: without any, an image that none names says nothing. */
  get knowsMachines(): boolean {
    return this.#vmCount > 0
  }

  hasLookedBeside(folder: string): boolean {
    return this.#read.has(folder)
  }

  lookedAt(): readonly LookedAt[] {
    return [...this.#read.values()]
      .map(({ place, configs, errno }) => ({
        source: place.source,
        path: place.path,
        vms: [...configs.values()].reduce((sum, { vms }) => sum + (vms?.length ?? 0), 0),
        unread: [
          ...(errno === undefined ? [] : [{ path: place.path, errno }]),
          ...[...configs].flatMap(([path, config]) =>
            config.errno === undefined ? [] : [{ path, errno: config.errno }],
          ),
        ],
      }))
      .filter(({ vms, unread }) => vms > 0 || unread.length > 0)
  }

  /** Looks again at the places of the system and of the person. Rejects when the thread ends. */
  readKnownPlaces(): Promise<void> {
    return this.#look(this.#options.places)
  }

  /** Looks for configurations in folders that images lie in. */
  readBeside(folders: Iterable<string>): Promise<void> {
    const known = new Set(this.#options.places.map(({ path }) => path))
    const beside = [...new Set(folders)].filter((folder) => !known.has(folder)).map(placeBeside)
    if (beside.length === 0) return Promise.resolve()
    // What machines name by id is in these: without them the same file would read differently.
    const shared = this.#options.places.filter(
      ({ kind }) => kind === 'libvirt-pools' || kind === 'virtualbox-globals',
    )
    return this.#look([...shared, ...beside])
  }

  #look(places: readonly Place[]): Promise<void> {
    const look = this.#looks.then(async () => {
      const { host, roots, signal } = this.#options
      const before = this.#configs()
      const known = new Map(Array.from(before, ([file, { stamp }]) => [file, stamp]))
      const answers = await host.run('vms', { places, known, roots }, { signal })
      for (const answer of answers) {
        const configs = new Map(
          Array.from(answer.configs, ([file, read]) => [
            file,
            read.vms === undefined ? (before.get(file) ?? read) : read,
          ]),
        )
        this.#read.set(answer.place.path, { ...answer, configs })
      }
      this.#publish()
    })
    this.#looks = look.catch(() => undefined)
    return look
  }

  /** A configuration can be found in two places; what was read of it is the same. */
  #configs(): ReadonlyMap<string, ReadConfig> {
    return new Map([...this.#read.values()].flatMap(({ configs }) => [...configs]))
  }

  #publish(): void {
    const vms = new Map<string, ReadVm>()
    for (const { vms: read = [] } of this.#configs().values()) {
      for (const vm of read) vms.set(`${vm.config}\n${vm.vm}`, vm)
    }
    const before = this.#byFile
    const knewMachines = this.knowsMachines
    this.#byFile = byFile(vms.values())
    this.#vmCount = vms.size
    const files = new Set<string>()
    for (const file of new Set([...before.keys(), ...this.#byFile.keys()])) {
      const [was, is] = [before.get(file), this.#byFile.get(file)]
      if (JSON.stringify(was) !== JSON.stringify(is)) files.add(file)
    }
    const isKnownChanged = knewMachines !== this.knowsMachines
    if (files.size > 0 || isKnownChanged) this.#options.onChanged({ files, isKnownChanged })
  }
}

function byFile(vms: Iterable<ReadVm>): ReadonlyMap<string, readonly VmReference[]> {
  const users = new Map<string, VmReference[]>()
  for (const { source, vm, config, files } of vms) {
    for (const file of files) {
      const found = users.get(file) ?? []
      // A snapshot's description names the machine it belongs to: one entry for both.
      if (!found.some((user) => user.source === source && user.vm === vm)) {
        found.push({ source, vm, config })
      }
      users.set(file, found)
    }
  }
  return users
}
