import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatCount } from '../../format/counts.ts'
import { texts } from '../../texts/texts.ts'

/** The virtual machines whose configurations name the image. */
export function UsedBy({ row: { usedBy } }: { readonly row: LibraryRow }) {
  const { cells } = texts().library
  const [first, ...others] = usedBy
  if (first === undefined) return <span className="library-unknown">–</span>
  return others.length === 0 ? first.vm : cells.moreVms(first.vm, formatCount(others.length))
}

export function usedByHint({ usedBy }: LibraryRow): string | undefined {
  const { sources, usedByFrom } = texts().library
  if (usedBy.length === 0) return undefined
  return usedBy.map(({ vm, source, config }) => usedByFrom(vm, sources[source], config)).join('\n')
}
