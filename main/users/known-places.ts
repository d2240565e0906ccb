import path from 'node:path'
import type { VmSource } from './vm-config.ts'

/** Where configurations are looked for. */
export interface Place {
  /** A folder, or one file. */
  readonly path: string
  /** Levels of folders below it that are listed, too. */
  readonly depth: number
  /**
   * What counts as a configuration there. `beside`: of any program that keeps it with its disks; the others are
   * told by name what a file means.
   */
  readonly kind:
    'libvirt-domains' | 'libvirt-pools' | 'virtualbox-globals' | 'vmware-inventory' | 'beside'
  /** Whose it is; undefined for a folder that images lie in. */
  readonly source: VmSource | undefined
}

export interface PlacesOf {
  readonly home: string
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Where the programs keep their machines unless told otherwise. All lie on the system's own volume or in the
 * person's home; none names a disk that would have to wake up.
 */
export function knownPlaces({ home, platform, env }: PlacesOf): readonly Place[] {
  const inHome = (...parts: readonly string[]): string => path.join(home, ...parts)
  const config = env['XDG_CONFIG_HOME'] ?? inHome('.config')
  const places: Place[] = [
    ...libvirtSession(path.join(config, 'libvirt')),
    ...machines('virtualbox', inHome('VirtualBox VMs'), 3),
    ...machines('lima', env['LIMA_HOME'] ?? inHome('.lima'), 1),
    ...machines('lima', inHome('.colima', '_lima'), 1),
    ...machines('quickemu', inHome('quickemu'), 1),
    ...machines('quickemu', inHome('VMs'), 1),
    ...machines('quickemu', home, 0),
  ]
  const vbox = (folder: string): Place => ({
    source: 'virtualbox',
    kind: 'virtualbox-globals',
    path: path.join(folder, 'VirtualBox.xml'),
    depth: 0,
  })
  const inventory = (...parts: readonly string[]): Place => ({
    source: 'vmware',
    kind: 'vmware-inventory',
    path: path.join(...parts),
    depth: 0,
  })
  const vboxHome = env['VBOX_USER_HOME']
  if (vboxHome !== undefined) places.push(vbox(vboxHome))
  if (platform === 'darwin') {
    places.push(
      vbox(inHome('Library', 'VirtualBox')),
      inventory(home, 'Library', 'Application Support', 'VMware Fusion', 'vmInventory'),
      ...machines('vmware', inHome('Virtual Machines.localized'), 2),
      ...machines('utm', inHome('Library', 'Containers', 'com.utmapp.UTM', 'Data', 'Documents'), 1),
      ...machines('utm', inHome('UTM'), 1),
    )
  } else if (platform === 'win32') {
    places.push(
      vbox(inHome('.VirtualBox')),
      inventory(env['APPDATA'] ?? inHome('AppData', 'Roaming'), 'VMware', 'inventory.vmls'),
      ...machines('vmware', inHome('Documents', 'Virtual Machines'), 2),
    )
  } else {
    places.push(
      ...libvirtSystem(),
      ...libvirtSession(inHome('.var', 'app', 'org.gnome.Boxes', 'config', 'libvirt')),
      vbox(path.join(config, 'VirtualBox')),
      vbox(inHome('.VirtualBox')),
      inventory(home, '.vmware', 'inventory.vmls'),
      ...machines('vmware', inHome('vmware'), 2),
    )
  }
  return places
}

/** Folders that images lie in: a configuration is often beside its disk, or one folder up. */
export const placeBeside = (folder: string): Place => ({
  source: undefined,
  kind: 'beside',
  path: folder,
  depth: 0,
})

const machines = (source: VmSource, folder: string, depth: number): readonly Place[] => [
  { source, kind: 'beside', path: folder, depth },
]

/** Domains, those that run now (a transient one is nowhere else), and what snapshots describe. */
const libvirtSystem = (): readonly Place[] => [
  libvirt('libvirt-pools', '/etc/libvirt/storage', 0),
  libvirt('libvirt-domains', '/etc/libvirt/qemu', 0),
  libvirt('libvirt-domains', '/run/libvirt/qemu', 0),
  libvirt('libvirt-domains', '/var/lib/libvirt/qemu/snapshot', 1),
]

const libvirtSession = (folder: string): readonly Place[] => [
  libvirt('libvirt-pools', path.join(folder, 'storage'), 0),
  libvirt('libvirt-domains', path.join(folder, 'qemu'), 0),
  libvirt('libvirt-domains', path.join(folder, 'qemu', 'lib', 'snapshot'), 1),
]

const libvirt = (
  kind: 'libvirt-domains' | 'libvirt-pools',
  folder: string,
  depth: number,
): Place => ({ source: 'libvirt', kind, path: folder, depth })
