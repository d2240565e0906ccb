import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { unreachable } from '../../core/index.ts'
import { errnoOf } from '../images/look-at-file.ts'
import type { Place } from './known-places.ts'
import type { VmSource } from './vm-config.ts'

/** A file that looks like a configuration by its name. */
export interface FoundConfig {
  readonly file: string
  readonly means: VmSource | 'libvirt-pool' | 'virtualbox-globals' | 'vmware-inventory'
}

export interface FoundInPlace {
  readonly configs: readonly FoundConfig[]
  /** Why a folder that is there could not be listed; undefined also when there is none. */
  readonly errno: string | undefined
}

/** Folders with more entries are looked at so far; no program keeps so many machines. */
const mostEntries = 20_000
const mostConfigs = 4_000

/** Lists what a place holds, by names only. Symbolic links to folders are not followed. */
export async function findConfigs(place: Place, signal: AbortSignal): Promise<FoundInPlace> {
  const configs: FoundConfig[] = []
  let errno: string | undefined
  const ahead = [{ folder: place.path, level: 0 }]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    signal.throwIfAborted()
    const { folder, level } = next
    let entries: readonly Dirent[]
    try {
      entries = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      const found = errnoOf(error)
      if (found === 'ENOTDIR' && level === 0) return { configs: await single(place), errno }
      if (found !== 'ENOENT' && found !== 'ENOTDIR') errno ??= found
      continue
    }
    for (const entry of entries.slice(0, mostEntries)) {
      const child = path.join(folder, entry.name)
      if (entry.isDirectory()) {
        if (level < place.depth) ahead.push({ folder: child, level: level + 1 })
      } else if (configs.length < mostConfigs) {
        const means = meaningOf(child, place)
        if (means !== undefined) configs.push({ file: child, means })
      }
    }
  }
  return { configs, errno }
}

async function single(place: Place): Promise<readonly FoundConfig[]> {
  const means = meaningOf(place.path, place)
  const isThere = await stat(place.path).then(
    () => true,
    () => false,
  )
  return means === undefined || !isThere ? [] : [{ file: place.path, means }]
}

function meaningOf(file: string, { kind }: Pick<Place, 'kind'>): FoundConfig['means'] | undefined {
  switch (kind) {
    case 'libvirt-domains':
      return file.endsWith('.xml') ? 'libvirt' : undefined
    case 'libvirt-pools':
      return file.endsWith('.xml') ? 'libvirt-pool' : undefined
    case 'virtualbox-globals':
    case 'vmware-inventory':
      return kind
    case 'beside':
      return besideMeaning(file)
    default:
      return unreachable(kind)
  }
}

/** Whether a file by this name may be a configuration that lies with its disks. */
export const isConfigName = (file: string): boolean => besideMeaning(file) !== undefined

function besideMeaning(file: string): VmSource | undefined {
  const name = path.basename(file)
  if (name === 'lima.yaml') return 'lima'
  if (name === 'config.plist') return path.dirname(file).endsWith('.utm') ? 'utm' : undefined
  switch (path.extname(name)) {
    case '.vbox':
      return 'virtualbox'
    case '.vmx':
      return 'vmware'
    case '.conf':
      return 'quickemu'
    default:
      return undefined
  }
}
