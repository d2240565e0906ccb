import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DiskLayout } from '../../../ipc/schemas/disk.ts'
import { diskScale } from '../../../renderer/features/disk/disk-scale.ts'
import { floorWords, layoutWords } from '../../../renderer/features/disk/disk-words.ts'
import {
  pictureTop,
  snapSize,
  stepFor,
  steppedSize,
} from '../../../renderer/features/disk/size-steps.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

describe('the scale of the picture', () => {
  it('is true where everything is large enough', () => {
    const scale = diskScale([{ start: 0, end: 40, least: 0.01 }], 80)
    expect([scale.shareOf(0), scale.shareOf(40), scale.shareOf(80)]).toEqual([0, 0.5, 1])
    expect(scale.bytesAt(0.25)).toBe(20)
    expect(scale.isStretched).toBe(false)
  })

  it('keeps small partitions in view and says so', () => {
    const scale = diskScale(
      [
        { start: 1, end: 2, least: 0.02 },
        { start: 2, end: 900, least: 0.02 },
      ],
      1000,
    )
    expect(scale.shareOf(2) - scale.shareOf(1)).toBeCloseTo(0.02)
    expect(scale.isStretched).toBe(true)
    expect(scale.shareOf(1000)).toBeCloseTo(1)
  })

  it('holds for any table, however damaged: it grows from left to right and reads back', () => {
    const stretch = fc.record({
      start: fc.nat(10_000),
      end: fc.nat(12_000),
      least: fc.constantFrom(0, 0.014, 0.1),
    })
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 130 }), fc.nat(10_000), (stretches, at) => {
        const top = 10_000
        const scale = diskScale(stretches, top)
        expect(scale.shareOf(0)).toBe(0)
        expect(scale.shareOf(top)).toBeCloseTo(1)
        expect(scale.shareOf(at)).toBeLessThanOrEqual(scale.shareOf(Math.min(top, at + 7)) + 1e-9)
        expect(scale.shareOf(scale.bytesAt(at / top))).toBeCloseTo(at / top, 2)
      }),
    )
  })
})

describe('the handle', () => {
  const points = [40 * GiB, 30 * GiB + 17_408]

  it('goes in round steps and stops at what matters', () => {
    const step = stepFor(80 * GiB)
    expect(Math.log2(step) % 1).toBe(0)
    expect(steppedSize(40 * GiB, { steps: 1, step, points })).toBe(40 * GiB + step)
    expect(steppedSize(30.1 * GiB, { steps: -10, step, points })).toBe(30 * GiB + 17_408)
    expect(steppedSize(30 * GiB + 17_408, { steps: -1, step, points })).toBe(30 * GiB)
    expect(steppedSize(step, { steps: -10, step, points })).toBe(step)
  })

  it('is drawn to a point that is near', () => {
    const options = { points, reach: 100 * MiB, step: 512 * MiB }
    expect(snapSize(30 * GiB + 60 * MiB, options)).toBe(30 * GiB + 17_408)
    expect(snapSize(33.2 * GiB, options)).toBe(33 * GiB)
    expect(snapSize(0, options)).toBe(512 * MiB)
  })

  it('always has room on its right for what is wanted', () => {
    expect(pictureTop(40, 10)).toBe(80)
    expect(pictureTop(40, 80)).toBe(80)
    expect(pictureTop(40, 81)).toBe(160)
  })
})

describe('the disk in words', () => {
  const layout: DiskLayout = {
    virtualSize: 40 * GiB,
    partitions: [
      { number: 1, start: MiB, end: 513 * MiB, typeName: 'EFI System' },
      {
        number: 2,
        start: 513 * MiB,
        end: 30 * GiB,
        fileSystem: { kind: 'ext4', label: 'root', size: 31 * GiB },
      },
    ],
    safeSize: 32 * GiB,
    safeBecause: { kind: 'partition', number: 2 },
  }

  it('names partitions by file system, else by what the table calls them', () => {
    expect(layoutWords(layout, 'binary')).toBe(
      'A disk of 40 GiB: partition 1 (EFI System, 512 MiB), partition 2 (ext4 “root”, 29.5 GiB)',
    )
    expect(layoutWords({ ...layout, partitions: [] }, 'binary')).toBe(
      'A disk of 40 GiB without a partition table',
    )
  })

  it('says what decides the smallest size', () => {
    expect(floorWords(layout, 'binary')).toBe('partition 2 (ext4 “root”, 29.5 GiB) ends at 30 GiB')
    expect(
      floorWords({ ...layout, safeBecause: { kind: 'file-system', number: 2 } }, 'binary'),
    ).toBe('partition 2 (ext4 “root”, 29.5 GiB) ends at 31.5 GiB')
    expect(
      floorWords(
        { ...layout, partitions: [], contentEnd: GiB, safeBecause: { kind: 'content' } },
        'binary',
      ),
    ).toBe('the last content is at 1 GiB')
    expect(
      floorWords(
        {
          ...layout,
          partitions: [],
          wholeDisk: { kind: 'xfs' },
          safeBecause: { kind: 'file-system' },
        },
        'binary',
      ),
    ).toBe('the XFS file system ends at 32 GiB')
  })
})
