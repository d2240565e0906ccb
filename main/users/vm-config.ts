import type { VmReference } from '../../ipc/schemas/library.ts'

export type VmSource = VmReference['source']

/** What one configuration says: a virtual machine and the files it needs. */
export interface VmConfig {
  readonly vm: string
  /** As written: absolute, or relative to the configuration's folder. */
  readonly disks: readonly string[]
}
