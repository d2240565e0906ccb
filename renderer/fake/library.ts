/** A believable library: what a server and a laptop full of virtual machines look like. */
import type { LibraryFolder, LibraryRow } from '../../ipc/schemas/library.ts'
import { hugeTable, permissionDenied } from './made-up-errors.ts'
import { random, type Random } from './random.ts'
import { related } from './relations.ts'

const day = 86_400_000
const KiB = 1024
const GiB = 1024 ** 3

const purposes = [
  'web',
  'db',
  'build',
  'mail',
  'cache',
  'git',
  'dns',
  'ldap',
  'monitor',
  'queue',
] as const
const systems = [
  'debian-12',
  'ubuntu-24.04',
  'fedora-42',
  'windows-11',
  'alpine-3.22',
  'freebsd-14',
] as const
const foreign = ['vmdk', 'vdi', 'vhd', 'vhdx', 'iso', 'qed', 'qcow1', 'luks', 'gzip'] as const
const foreignLabels: Readonly<Record<(typeof foreign)[number], string>> = {
  vmdk: 'VMDK',
  vdi: 'VDI',
  vhd: 'VHD',
  vhdx: 'VHDX',
  iso: 'ISO 9660',
  qed: 'QED',
  qcow1: 'qcow v1',
  luks: 'LUKS',
  gzip: 'gzip',
}
const extensions: Readonly<Record<(typeof foreign)[number], string>> = {
  vmdk: 'vmdk',
  vdi: 'vdi',
  vhd: 'vhd',
  vhdx: 'vhdx',
  iso: 'iso',
  qed: 'qed',
  qcow1: 'qcow',
  luks: 'img',
  gzip: 'img.gz',
}

const folderPaths = ['/srv/vm', '/home/ada/images', '/mnt/backup/archive'] as const

export interface MadeUpLibrary {
  readonly rows: readonly LibraryRow[]
  readonly folders: readonly LibraryFolder[]
}

/** @param now Milliseconds since 1970; everything lies before it. */
export function madeUpLibrary(count: number, now: number): MadeUpLibrary {
  const chance = random(20_261_121)
  const alone = Array.from({ length: count }, (_, index) => madeUpRow(index + 1, chance, now))
  const rows = related(alone, random(7), now)
  const folders = folderPaths.map((path, index): LibraryFolder => ({
    id: index + 1,
    path,
    recursive: true,
    watched: index < 2,
    imageCount: rows.filter(({ folderId }) => folderId === index + 1).length,
    scanning: false,
  }))
  return { rows, folders }
}

function madeUpRow(id: number, chance: Random, now: number): LibraryRow {
  const folder = chance.chance(0.6) ? 0 : chance.chance(0.7) ? 1 : 2
  const kind = chance.next()
  const modifiedAt = now - Math.floor(chance.next() ** 3 * 400 * day)
  const base = {
    id,
    folderId: folder + 1,
    modifiedAt,
    createdAt: modifiedAt - chance.between(1, 300) * day,
    addedAt: now - chance.between(0, 60) * day,
    linksTrusted: false,
    childCount: 0,
    usedBy: [],
    isOrphan: false,
    readOnly: false,
    use: { state: 'free', holders: [] },
    health: 'not-checked',
    healthStale: false,
    hashStale: false,
  } as const
  const named = (name: string): Pick<LibraryRow, 'name' | 'path' | 'location'> => {
    const inner = chance.chance(0.4) ? `/${chance.pick(systems)}` : ''
    const location = `${folderPaths[folder]}${inner}`
    return { name, location, path: `${location}/${name}` }
  }
  const number = String(chance.between(1, 99)).padStart(2, '0')
  const stem = `${chance.pick(purposes)}${number}${chance.chance(0.3) ? `-${chance.pick(systems)}` : ''}`

  if (kind < 0.02) {
    const place = named(`${stem}.qcow2`)
    return {
      ...base,
      ...place,
      formatLabel: 'Unknown',
      health: 'cannot-read',
      error: chance.chance(0.5) ? permissionDenied(place.path) : hugeTable(place.path),
      fileLength: chance.between(1, 40) * GiB,
    }
  }
  const virtualSize = chance.pick([8, 10, 20, 32, 40, 64, 80, 100, 256, 500]) * GiB
  if (kind < 0.12) {
    const format = chance.pick(foreign)
    const onDisk = Math.floor(virtualSize * chance.next() * 0.6)
    return {
      ...base,
      ...named(`${stem}.${extensions[format]}`),
      format,
      formatLabel: foreignLabels[format],
      ...(format !== 'gzip' && { virtualSize }),
      fileLength: onDisk,
      onDisk,
    }
  }
  if (kind < 0.27) {
    return {
      ...base,
      ...named(`${stem}.${chance.chance(0.6) ? 'img' : 'raw'}`),
      format: 'raw',
      formatLabel: 'raw',
      virtualSize,
      fileLength: virtualSize,
      onDisk: Math.floor(virtualSize * (0.1 + chance.next() * 0.9)),
    }
  }
  const image = qcow2(chance, now, virtualSize)
  return {
    ...base,
    ...named(`${stem}.qcow2`),
    ...image,
    // A link out of the folder is what makes an image untrusted, so such an image has one.
    ...(image.health === 'untrusted-links' && {
      backing: { name: '/etc/shadow', state: 'outside', target: '/etc/shadow' } as const,
    }),
  }
}

/** Everything of a row that only a qcow2 image has. */
function qcow2(
  chance: Random,
  now: number,
  virtualSize: number,
): Omit<
  LibraryRow,
  | 'id'
  | 'name'
  | 'path'
  | 'location'
  | 'linksTrusted'
  | 'modifiedAt'
  | 'addedAt'
  | 'childCount'
  | 'usedBy'
  | 'isOrphan'
  | 'readOnly'
> {
  const version = chance.chance(0.93) ? 3 : 2
  const onDisk = Math.floor(virtualSize * (0.02 + chance.next() ** 2 * 0.98))
  const backed = chance.chance(0.2)
  const state = chance.next()
  const checked = chance.chance(0.7)
  const health =
    state < 0.012
      ? 'damaged'
      : state < 0.022
        ? 'needs-repair'
        : state < 0.05
          ? 'leaks'
          : state < 0.058
            ? 'dirty'
            : state < 0.066
              ? 'untrusted-links'
              : checked
                ? 'healthy'
                : 'not-checked'
  const wasChecked = !['not-checked', 'dirty', 'untrusted-links'].includes(health)
  const use = chance.chance(0.03)
    ? ({
        state: 'writing',
        holders: [
          {
            pid: chance.between(900, 32_000),
            name: 'qemu-system-x86_64',
            vm: `${chance.pick(purposes)}${chance.between(1, 20)}`,
          },
        ],
      } as const)
    : ({ state: 'free', holders: [] } as const)
  return {
    format: 'qcow2',
    formatLabel: `qcow2 v${version}`,
    ...(chance.chance(0.012) && { missingSince: now - chance.between(1, 20) * day }),
    use,
    health,
    healthStale: wasChecked && chance.chance(0.25),
    ...(wasChecked && {
      lastCheckAt: now - Math.floor(chance.next() ** 2 * 90 * day),
      fragmentation: Math.round(chance.next() ** 3 * 1000) / 1000,
    }),
    virtualSize,
    fileLength: onDisk + chance.between(0, 400) * KiB * KiB,
    onDisk,
    clusterSize: chance.pick([64, 64, 64, 64, 128, 2048]) * KiB,
    refcountBits: 16,
    compressionType: version === 3 && chance.chance(0.15) ? 'zstd' : 'zlib',
    encryption: chance.chance(0.03) ? 'luks' : 'none',
    extendedL2: version === 3 && chance.chance(0.05),
    lazyRefcounts: version === 3 && chance.chance(0.08),
    snapshotCount: chance.chance(0.25) ? chance.between(1, 6) : 0,
    bitmapCount: version === 3 && chance.chance(0.06) ? chance.between(1, 3) : 0,
    ...(backed && {
      backing: chance.chance(0.08)
        ? { name: 'gone-base.qcow2', state: 'missing' }
        : {
            name: 'base-debian-12.qcow2',
            state: 'present',
            target: '/srv/vm/base-debian-12.qcow2',
          },
    }),
    ...(chance.chance(0.2) && {
      contentSha256: Array.from({ length: 64 }, () => chance.between(0, 15).toString(16)).join(''),
    }),
    hashStale: false,
  }
}
