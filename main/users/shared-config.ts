import path from 'node:path'
import { unreachable } from '../../core/index.ts'
import type { FoundConfig } from './find-configs.ts'
import { readLibvirtPool } from './libvirt.ts'
import { readStart } from './read-start.ts'
import { readVirtualBoxGlobals } from './virtualbox.ts'
import type { VmSource } from './vm-config.ts'
import { readVmwareInventory } from './vmware.ts'

/** No program writes longer ones; VirtualBox's grow with each snapshot. */
export const longestConfig = 8 * 1024 * 1024

/** A machine's own configuration; the other kinds say how machines are read, and where more of them are. */
export interface MachineConfig extends FoundConfig {
  readonly means: VmSource
}

export const isMachine = (config: FoundConfig): config is MachineConfig =>
  config.means !== 'libvirt-pool' &&
  config.means !== 'virtualbox-globals' &&
  config.means !== 'vmware-inventory'

/** What some configurations say about how others are to be read. */
export class SharedConfig {
  /** Folders of libvirt's pools by name. */
  readonly pools = new Map<string, string>()
  /** VirtualBox's media by id: absolute paths. */
  readonly media = new Map<string, string>()

  /** Changes when one of the above does: then their machines are to be read again. */
  get stamp(): string {
    return [...this.pools, ...this.media].map((entry) => entry.join('=')).join(';')
  }

  /** Takes in what is no machine itself; answers the machines it leads to. */
  async take({ file, means }: FoundConfig): Promise<readonly MachineConfig[]> {
    try {
      const text = (await readStart(file, longestConfig))?.toString('utf8') ?? ''
      return this.#takeText(text, file, means)
    } catch {
      // A list that cannot be read leads to nothing; its machines are found where they lie beside their disks.
      return []
    }
  }

  #takeText(text: string, file: string, means: FoundConfig['means']): readonly MachineConfig[] {
    switch (means) {
      case 'libvirt-pool': {
        const pool = readLibvirtPool(text)
        if (pool !== undefined) this.pools.set(pool.name, pool.folder)
        return []
      }
      case 'virtualbox-globals': {
        const globals = readVirtualBoxGlobals(text, file)
        for (const [uuid, location] of globals?.media ?? []) this.media.set(uuid, location)
        return (globals?.machines ?? []).map((machine) => ({ file: machine, means: 'virtualbox' }))
      }
      case 'vmware-inventory':
        return readVmwareInventory(text).map((machine) => ({
          file: path.resolve(path.dirname(file), machine),
          means: 'vmware',
        }))
      case 'libvirt':
      case 'virtualbox':
      case 'vmware':
      case 'utm':
      case 'lima':
      case 'quickemu':
        return []
      default:
        return unreachable(means)
    }
  }
}
