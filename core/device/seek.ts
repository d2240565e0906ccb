import type { Disk } from './disk.ts'

type Mapping = Pick<Disk, 'virtualSize' | 'runAt' | 'isStored'>

/** The first guest offset from `at` on that is stored in the image; the virtual size when none is. */
export const seekMapped = (disk: Mapping, at: number): number => seek(disk, at, true)

/** The first guest offset from `at` on that is not stored in the image, else the virtual size. */
export const seekUnmapped = (disk: Mapping, at: number): number => seek(disk, at, false)

/**
 * Steps from run to run: a run after the first starts where a cluster does, so no answer but `at` itself
 * is the middle of one.
 */
function seek(disk: Mapping, at: number, stored: boolean): number {
  const end = disk.virtualSize
  for (let from = at; from < end;) {
    const run = disk.runAt(from, end - from)
    if (disk.isStored(run) === stored) return from
    from += run.length
  }
  return end
}
