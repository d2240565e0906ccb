import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readLibvirtDomain, readLibvirtPool } from '../../../../main/users/libvirt.ts'
import { readLima } from '../../../../main/users/lima.ts'
import { readQuickemu } from '../../../../main/users/quickemu.ts'
import { readUtm } from '../../../../main/users/utm.ts'
import { readVirtualBoxGlobals, readVirtualBoxMachine } from '../../../../main/users/virtualbox.ts'
import { readVmdkDescriptor, readVmwareInventory, readVmx } from '../../../../main/users/vmware.ts'

const golden = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`golden/${name}`, import.meta.url)), 'utf8')

const noPools: ReadonlyMap<string, string> = new Map()
const noMedia: ReadonlyMap<string, string> = new Map()

describe('libvirt', () => {
  test('a domain names its disks, their backing stores, volumes of pools, and its firmware', () => {
    const pool = readLibvirtPool(golden('libvirt-pool.xml'))
    expect(pool).toEqual({ name: 'default', folder: '/var/lib/libvirt/images' })
    const pools = new Map([['default', '/var/lib/libvirt/images']])
    expect(readLibvirtDomain(golden('libvirt-web01.xml'), pools)).toEqual([
      {
        vm: 'web01',
        disks: [
          '/srv/vm/web01 & co.qcow2',
          '/srv/vm/debian-12-base.qcow2',
          '/var/lib/libvirt/images/web01-data.raw',
          '/usr/share/OVMF/OVMF_CODE_4M.fd',
          '/var/lib/libvirt/qemu/nvram/web01_VARS.qcow2',
        ],
      },
    ])
  })

  test('a snapshot names its overlay and the disk as it was', () => {
    expect(readLibvirtDomain(golden('libvirt-snapshot.xml'), noPools)).toEqual([
      { vm: 'db', disks: ['/srv/vm/db.before-upgrade', '/srv/vm/db.qcow2'] },
    ])
  })

  test('a running domain names the copy that is being made', () => {
    expect(readLibvirtDomain(golden('libvirt-running.xml'), noPools)).toEqual([
      { vm: 'transient', disks: ['/srv/vm/transient.qcow2', '/srv/vm/moved.qcow2'] },
    ])
  })
})

describe('VirtualBox', () => {
  const global = readVirtualBoxGlobals(golden('VirtualBox.xml'), '/home/ada/.config/VirtualBox/x')

  test('its own file lists machines and media', () => {
    expect(global).toEqual({
      machines: ['/home/ada/VirtualBox VMs/Build/Build.vbox'],
      media: new Map([
        [
          '{c052dc96-569b-4873-a799-2a75497404db}',
          '/home/ada/.config/VirtualBox/HardDisks/old.vdi',
        ],
      ]),
    })
  })

  test('a machine names what it registered, differencing images, and what it has from the global list', () => {
    const file = '/home/ada/VirtualBox VMs/Build/Build.vbox'
    expect(readVirtualBoxMachine(golden('Build.vbox'), file, global?.media ?? noMedia)).toEqual([
      {
        vm: 'Build',
        disks: [
          '/home/ada/VirtualBox VMs/Build/Build.qcow2',
          '/home/ada/VirtualBox VMs/Build/Snapshots/{5999a8f0-e31d-4d4e-937d-173eb6ba8881}.vdi',
          '/srv/iso/debian-12.iso',
          '/home/ada/.config/VirtualBox/HardDisks/old.vdi',
        ],
      },
    ])
  })
})

describe('VMware', () => {
  test('a machine names the drives that are present', () => {
    expect(readVmx(golden('mail.vmx'))).toEqual([{ vm: 'Mail "old"', disks: ['mail.vmdk'] }])
  })

  test('a descriptor names its extents and its parent', () => {
    expect(readVmdkDescriptor(golden('mail.vmdk'))).toEqual({
      extents: ['mail-s001.vmdk', 'mail-s002.vmdk'],
      parent: 'base/mail-base.vmdk',
    })
  })

  test('the inventory lists machines', () => {
    expect(readVmwareInventory(golden('inventory.vmls'))).toEqual([
      '/home/ada/vmware/mail/mail.vmx',
    ])
  })
})

test.each([
  [
    'utm-4.plist',
    'Fedora Workstation',
    '/vm/My Mac.utm/Data/5C7D4C1B-6E0F-4C7B-8B4B-5B0E7A5D0C11.qcow2',
  ],
  ['utm-2.plist', 'My Mac', '/vm/My Mac.utm/Images/data.qcow2'],
])('UTM: %s is the machine "%s"', (name, vm, disk) => {
  expect(readUtm(golden(name), '/vm/My Mac.utm/config.plist')).toEqual([{ vm, disks: [disk] }])
})

test('Lima: an instance has disks of fixed names and the additional ones it lists', () => {
  expect(readLima(golden('lima.yaml'), '/home/ada/.lima/docker/lima.yaml')).toEqual([
    {
      vm: 'docker',
      disks: [
        '/home/ada/.lima/docker/basedisk',
        '/home/ada/.lima/docker/diffdisk',
        '/home/ada/.lima/docker/disk',
        '/home/ada/.lima/docker/image',
        '/home/ada/.lima/docker/iso',
        '/home/ada/.lima/_disks/scratch/datadisk',
        '/home/ada/.lima/_disks/data/datadisk',
      ],
    },
  ])
})

test.each([
  ['additionalDisks: ["a", b]', ['a', 'b']],
  ['additionalDisks:\n  - ../../etc/passwd\n  - ok-1\nother:\n- no', ['ok-1']],
  ['additionalDisks: null', []],
])('Lima: %j names the disks %j', (text, names) => {
  const [vm] = readLima(text, '/l/i/lima.yaml')
  expect(vm?.disks.slice(5)).toEqual(names.map((name) => `/l/_disks/${name}/datadisk`))
})

test('quickemu: assignments are read and nothing is run', () => {
  expect(readQuickemu(golden('ubuntu-24.04.conf'), '/home/ada/VMs/ubuntu-24.04.conf')).toEqual([
    {
      vm: 'ubuntu-24.04',
      disks: ['ubuntu-24.04/disk.qcow2', 'ubuntu-24.04/ubuntu-24.04.1-desktop-amd64.iso'],
    },
  ])
  const hostile = 'guest_os="linux"\ndisk_img="$(touch /tmp/x)"\n'
  expect(readQuickemu(hostile, '/a.conf')).toBeUndefined()
})

test.each([
  ['libvirt', (text: string) => readLibvirtDomain(text, noPools)],
  ['VirtualBox', (text: string) => readVirtualBoxMachine(text, '/a.vbox', noMedia)],
  ['VMware', readVmx],
  ['UTM', (text: string) => readUtm(text, '/a.utm/config.plist')],
  ['quickemu', (text: string) => readQuickemu(text, '/a.conf')],
])('%s: what the program does not write is not understood', (_program, read) => {
  for (const text of ['', 'hello', '<a>', '<domain/>', '[a]\nb=c\n', '\u0000\u0001']) {
    expect(read(text)).toBeUndefined()
  }
})
