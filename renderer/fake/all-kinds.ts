/**
 * A small library with one image of each kind that looks different somewhere: what has snapshots, needs repair, is
 * missing, in use, encrypted, too long to fit. Named, so that pictures and tests can ask for one.
 */
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { MadeUpLibrary } from './library.ts'
import { hugeTable, permissionDenied, unknownFormat } from './made-up-errors.ts'

const day = 86_400_000
const MiB = 1024 ** 2
const GiB = 1024 ** 3

type Facts = Partial<LibraryRow> & Pick<LibraryRow, 'name'>

const holder = { pid: 4312, name: 'qemu-system-x86_64', vm: 'db-primary' } as const
const libvirt = (vm: string) => ({
  source: 'libvirt' as const,
  vm,
  config: `/etc/libvirt/qemu/${vm}.xml`,
})
const base = 'base-debian-12.qcow2'

/** What differs from a plain, healthy qcow2 image; their places in the list are their ids, from 1 on. */
const kinds = (now: number): readonly Facts[] => [
  {
    name: base,
    childCount: 2,
    readOnly: true,
    lastCheckAt: now - 2 * day,
  },
  {
    name: 'web01.qcow2',
    parentId: 1,
    backing: { name: base, state: 'present', target: `/srv/vm/${base}` },
    snapshotCount: 5,
    usedBy: [libvirt('web01')],
  },
  {
    name: 'web02.qcow2',
    parentId: 1,
    childCount: 1,
    backing: { name: base, state: 'present', target: `/srv/vm/${base}` },
  },
  {
    name: 'web02-staging.qcow2',
    parentId: 3,
    backing: { name: 'web02.qcow2', state: 'present', target: '/srv/vm/web02.qcow2' },
  },
  {
    name: 'db-primary.qcow2',
    use: { state: 'writing', holders: [holder] },
    usedBy: [libvirt('db-primary'), libvirt('db-standby')],
    healthStale: true,
    virtualSize: 500 * GiB,
  },
  { name: 'build-cache.qcow2', health: 'leaks', virtualSize: 100 * GiB, fragmentation: 0.31 },
  { name: 'mail.qcow2', health: 'needs-repair', healthStale: true },
  { name: 'ledger.qcow2', health: 'damaged' },
  {
    name: 'old-small.qcow2',
    virtualSize: 8 * GiB,
    onDisk: 3 * GiB,
    isOrphan: true,
    formatLabel: 'qcow2 v2',
  },
  {
    name: 'archive-2024.qcow2',
    missingSince: now - 6 * day,
    location: '/mnt/backup/archive',
    folderId: 2,
  },
  {
    name: 'overlay-lost.qcow2',
    backing: { name: 'gone-base.qcow2', state: 'missing' },
    health: 'not-checked',
  },
  {
    name: 'borrowed.qcow2',
    health: 'untrusted-links',
    backing: { name: '/etc/shadow', state: 'outside', target: '/etc/shadow' },
  },
  { name: 'vault.qcow2', encryption: 'luks' },
  { name: 'crashed.qcow2', health: 'dirty', lazyRefcounts: true },
  {
    name: 'installer.img',
    format: 'raw',
    formatLabel: 'raw',
    health: 'not-checked',
    virtualSize: 20 * GiB,
    fileLength: 20 * GiB,
    onDisk: 6 * GiB,
  },
  {
    name: 'windows-11.vmdk',
    format: 'vmdk',
    formatLabel: 'VMDK',
    health: 'not-checked',
    usedBy: [{ source: 'vmware', vm: 'Windows 11', config: '/home/ada/vmware/windows-11.vmx' }],
  },
  {
    name: 'torn.qcow2',
    formatLabel: 'unknown',
    health: 'cannot-read',
    error: hugeTable('/srv/vm/torn.qcow2'),
  },
  {
    name: 'private.qcow2',
    formatLabel: 'unknown',
    health: 'cannot-read',
    error: permissionDenied('/srv/vm/private.qcow2'),
  },
  { name: 'reader.qcow2', use: { state: 'reading', holders: [{ ...holder, vm: 'reader' }] } },
  { name: 'never-checked.qcow2', health: 'not-checked' },
  {
    name: 'ci-runner-ubuntu-24.04-lts-nightly-with-docker-layer-cache-and-gpu-drivers.qcow2',
    usedBy: [libvirt('ci-runner-ubuntu-24.04-lts-nightly-with-gpu')],
    compressionType: 'zstd',
    snapshotCount: 6,
  },
  { name: 'scratch.qcow2', isOrphan: true, onDisk: 900 * MiB },
  {
    name: 'old-server-backup.bin',
    formatLabel: 'unknown',
    health: 'cannot-read',
    onDisk: 12 * GiB,
    fileLength: 12 * GiB,
    error: unknownFormat('/srv/vm/old-server-backup.bin'),
  },
]

/** @param now Milliseconds since 1970; everything lies before it. */
export function allKinds(now: number): MadeUpLibrary {
  const rows = kinds(now).map((facts, index) => rowOf(facts, index + 1, now))
  const countOf = (id: number): number => rows.filter(({ folderId }) => folderId === id).length
  const folder = { recursive: true, scanning: false }
  return {
    rows,
    folders: [
      { ...folder, id: 1, path: '/srv/vm', watched: true, imageCount: countOf(1) },
      {
        ...folder,
        id: 2,
        path: '/mnt/backup/archive',
        watched: false,
        imageCount: countOf(2),
        error: permissionDenied('/mnt/backup/archive'),
      },
    ],
  }
}

function rowOf(facts: Facts, id: number, now: number): LibraryRow {
  const virtualSize = facts.virtualSize ?? 40 * GiB
  const onDisk = facts.onDisk ?? Math.floor(virtualSize * (0.2 + (id % 7) * 0.09))
  const location = facts.location ?? '/srv/vm'
  const health = facts.health ?? 'healthy'
  const isChecked = ['healthy', 'leaks', 'needs-repair', 'damaged'].includes(health)
  const isQcow2 = facts.format === undefined && facts.error === undefined
  const lastCheckAt = now - (3 + id) * day
  return {
    id,
    path: `${location}/${facts.name}`,
    location,
    folderId: 1,
    formatLabel: 'qcow2 v3',
    use: { state: 'free', holders: [] },
    health,
    healthStale: false,
    ...(isChecked && {
      lastCheckAt,
      fragmentation: 0.02,
      reclaimable: {
        bytes: Math.floor(onDisk * (0.02 + (id % 5) * 0.06)),
        at: lastCheckAt,
        stale: facts.healthStale === true,
        isExact: id % 3 === 0,
      },
    }),
    ...(facts.error === undefined && { virtualSize, onDisk }),
    fileLength: onDisk + 24 * MiB,
    ...(isQcow2 && {
      format: 'qcow2',
      clusterSize: 64 * 1024,
      refcountBits: 16,
      compressionType: 'zlib',
      encryption: 'none',
      extendedL2: false,
      lazyRefcounts: false,
      snapshotCount: 0,
      bitmapCount: 0,
    }),
    childCount: 0,
    usedBy: [],
    isOrphan: false,
    readOnly: false,
    linksTrusted: false,
    hashStale: false,
    modifiedAt: now - id * day,
    createdAt: now - 200 * day,
    addedAt: now - 30 * day,
    ...facts,
  }
}
