import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import { growSteps, shrinkSteps } from '../../../renderer/features/resize/guest-steps.ts'
import { parseWantedSize, writeSize } from '../../../renderer/features/resize/parse-size.ts'
import {
  isDivisionKnown,
  resizeOutlook,
  safeTarget,
  sizePoints,
  type ResizeChoice,
} from '../../../renderer/features/resize/resize-outlook.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

describe('a size that is typed', () => {
  const bytesOf = (text: string, current?: number): unknown => {
    const wanted = parseWantedSize(text, current)
    return wanted.kind === 'size' ? wanted.bytes : wanted
  }

  it.each([
    ['40G', 40 * GiB],
    ['40 GiB', 40 * GiB],
    ['40gib', 40 * GiB],
    [' 1.5 TiB ', 1.5 * 1024 * GiB],
    ['.5G', GiB / 2],
    ['40 GB', 40e9],
    ['512M', 512 * MiB],
    ['42949672960', 40 * GiB],
    ['42949672960 bytes', 40 * GiB],
    ['+10G', 50 * GiB],
    ['+ 10 GiB', 50 * GiB],
    ['-10G', 30 * GiB],
    ['75%', 30 * GiB],
    ['75 %', 30 * GiB],
    ['+50 %', 60 * GiB],
    ['150%', 60 * GiB],
    ['1049000', 1_049_088],
  ])('reads %s', (text, bytes) => {
    expect(bytesOf(text, 40 * GiB)).toBe(bytes)
  })

  it.each([
    ['40', '40 of what? Write 40 GiB or 40 MiB.'],
    ['forty', 'This is not a size. Write 40 GiB, 40G, 512M or 1.5 TiB.'],
    ['1,5 T', 'Write a fraction with a point: 1.5 TiB.'],
    ['-50G', 'Nothing would be left of the disk.'],
    ['0', 'Nothing would be left of the disk.'],
    ['9000P', 'This is more than Platter can count. The most is 8 PiB.'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(parseWantedSize(text, 40 * GiB)).toEqual({ kind: 'problem', problem })
  })

  it('is no difference where there is nothing yet', () => {
    for (const text of ['+1G', '50%']) {
      expect(parseWantedSize(text)).toMatchObject({ kind: 'problem' })
    }
    expect(parseWantedSize('  ')).toEqual({ kind: 'empty' })
  })

  it('reads back as what was written', () => {
    expect([40 * GiB, 38.25 * GiB, 511.5 * MiB, 1_049_088].map(writeSize)).toEqual([
      '40 GiB',
      '38.25 GiB',
      '511.5 MiB',
      '1024.5 KiB',
    ])
    fc.assert(
      fc.property(fc.integer({ min: 128, max: 2 ** 43 }), (sectors) => {
        expect(bytesOf(writeSize(sectors * 512), 0)).toBe(sectors * 512)
      }),
    )
  })
})

const linux: DiskLayout = {
  virtualSize: 40 * GiB,
  table: { kind: 'gpt', sectorSize: 512, reservedAtEnd: 34 * 512, backupHeaderAt: 40 * GiB - 512 },
  partitions: [
    { number: 1, start: MiB, end: 513 * MiB, fileSystem: { kind: 'fat32' } },
    { number: 2, start: 513 * MiB, end: 30 * GiB, fileSystem: { kind: 'ext4', label: 'root' } },
  ],
  storedEnd: 20 * GiB,
  safeSize: 30 * GiB + 34 * 512,
  safeBecause: { kind: 'partition', number: 2 },
}

const choose = (part: Partial<ResizeChoice>): ResizeChoice => ({
  text: '',
  preallocation: 'off',
  moveGpt: true,
  keepCut: true,
  agreedTo: undefined,
  retyped: '',
  ...part,
})

const outlookOf = (part: Partial<ResizeChoice>, layout: DiskLayout | undefined = linux) =>
  resizeOutlook(choose(part), { current: 40 * GiB, layout })

describe('what a new size comes to', () => {
  it('asks for exactly what was chosen', () => {
    expect(outlookOf({ text: '60G', preallocation: 'falloc' }).request).toEqual({
      kind: 'resize',
      parameters: { size: 60 * GiB, preallocation: 'falloc', moveGptBackup: true },
    })
    expect(outlookOf({ text: '35G', preallocation: 'falloc' }).request).toEqual({
      kind: 'resize',
      parameters: { size: 35 * GiB, moveGptBackup: true, keepCut: true },
    })
    expect(outlookOf({ text: '35G', moveGpt: false, keepCut: false }).request).toEqual({
      kind: 'resize',
      parameters: { size: 35 * GiB },
    })
  })

  it('plans nothing below the end of the last partition', () => {
    expect(outlookOf({ text: '29G' })).toMatchObject({ isBelowFloor: true, request: undefined })
    expect(outlookOf({ text: '31G' })).toMatchObject({ isBelowFloor: false, isUnknown: false })
  })

  it('offers the smallest safe size in whole MiB, and never more than the present one', () => {
    expect(sizePoints(40 * GiB, linux, 'binary').map(({ bytes }) => bytes)).toEqual([
      40 * GiB,
      30 * GiB + MiB,
    ])
    expect(safeTarget({ ...linux, safeSize: 40 * GiB - 512 }, 40 * GiB)).toBe(40 * GiB)
  })

  it('takes an agreement for the size that it was given for only', () => {
    const agreed = outlookOf({ text: '35G', agreedTo: 35 * GiB })
    expect(agreed.request?.parameters.ignoreDataLoss).toBe(true)
    expect(outlookOf({ text: '34G', agreedTo: 35 * GiB }).request?.parameters).not.toHaveProperty(
      'ignoreDataLoss',
    )
  })

  it('wants the size twice, and keeps what is cut off, where nobody knows what that is', () => {
    const unknown: DiskLayout = { virtualSize: 40 * GiB, partitions: [], storedEnd: 20 * GiB }
    const once = outlookOf({ text: '10G', keepCut: false }, unknown)
    expect(once).toMatchObject({ isUnknown: true, notYet: 'Write the new size once more' })
    expect(once.request?.parameters.keepCut).toBe(true)
    const twice = outlookOf({ text: '10G', retyped: '10 GiB' }, unknown)
    expect(twice.notYet).toBeUndefined()
    expect(twice.request?.parameters.ignoreDataLoss).toBe(true)
    expect(outlookOf({ text: '10G', agreedTo: 10 * GiB }, unknown).notYet).toBeDefined()
  })

  it('knows a disk by its table, by its file system, or by holding nothing', () => {
    const plain: DiskLayout = { virtualSize: GiB, partitions: [] }
    expect(isDivisionKnown(linux)).toBe(true)
    expect(isDivisionKnown({ ...plain, wholeDisk: { kind: 'xfs' } })).toBe(true)
    expect(isDivisionKnown({ ...plain, storedEnd: 0 })).toBe(true)
    expect(isDivisionKnown(plain)).toBe(false)
    expect(
      isDivisionKnown({
        ...plain,
        table: { kind: 'mbr', sectorSize: 512, reservedAtEnd: 0, fault: 'loop' },
      }),
    ).toBe(false)
  })

  it('offers the sizes that people mean, each once', () => {
    expect(sizePoints(40 * GiB, linux, 'binary').map(({ label }) => label)).toEqual([
      'Present size, 40 GiB',
      'Smallest safe size, 30 GiB',
    ])
    expect(sizePoints(40 * GiB, undefined, 'binary')).toHaveLength(1)
  })
})

describe('what is left to do in the guest', () => {
  const withLast = (kind: 'xfs' | 'btrfs' | 'lvm' | 'ntfs' | 'swap' | 'luks'): DiskLayout => ({
    ...linux,
    partitions: linux.partitions.map((partition) =>
      partition.number === 2 ? { ...partition, fileSystem: { kind } } : partition,
    ),
  })
  const commandsOf = (layout: DiskLayout, gptMoved = true) =>
    growSteps(layout, gptMoved).flatMap(({ command }) => command ?? [])

  it('grows by the tools of what is on the last partition', () => {
    expect(commandsOf(linux)).toEqual(['growpart /dev/vda 2', 'resize2fs /dev/vda2'])
    expect(commandsOf(withLast('xfs'))).toEqual(['growpart /dev/vda 2', 'xfs_growfs /'])
    expect(commandsOf(withLast('btrfs'))).toContain('btrfs filesystem resize max /')
    expect(commandsOf(withLast('lvm'))).toEqual([
      'growpart /dev/vda 2',
      'pvresize /dev/vda2',
      'lvextend -r -l +100%FREE /dev/VG/LV',
    ])
    expect(commandsOf(withLast('ntfs'))).toEqual([expect.stringContaining('Resize-Partition')])
    expect(commandsOf(withLast('swap'))).toEqual([])
  })

  it('moves the second table in the guest where it was left behind', () => {
    expect(commandsOf(linux, false)[0]).toBe('sgdisk -e /dev/vda')
  })

  it('needs no partition where the file system is the disk', () => {
    const whole: DiskLayout = { virtualSize: GiB, partitions: [], wholeDisk: { kind: 'ext4' } }
    expect(commandsOf(whole)).toEqual(['resize2fs /dev/vda'])
    expect(growSteps({ virtualSize: GiB, partitions: [], storedEnd: 0 }, false)).toEqual([])
  })

  it('says how the guest makes room, with numbers that fit the wanted size', () => {
    const commands = shrinkSteps(linux, 20 * GiB).flatMap(({ command }) => command ?? [])
    const [, end = ''] = /resizepart 2 (\d+)B/.exec(commands[1] ?? '') ?? []
    expect(commands[0]).toBe('e2fsck -f /dev/vda2 && resize2fs /dev/vda2 19966M')
    expect(Number(end)).toBeLessThanOrEqual(20 * GiB - 34 * 512)
    expect(Number(end) - 513 * MiB).toBeGreaterThanOrEqual(19_966 * MiB)
    expect(shrinkSteps(withLast('xfs'), 20 * GiB)[0]?.text).toContain('cannot be made smaller')
    expect(shrinkSteps(linux, MiB).flatMap(({ command }) => command ?? [])).toEqual([])
  })
})
