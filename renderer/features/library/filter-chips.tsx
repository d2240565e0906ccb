import { useMemo } from 'react'
import { formatCount } from '../../format/counts.ts'
import {
  clearFilter,
  isFiltering,
  toggleFormatFilter,
  toggleHealthFilter,
  toggleUseFilter,
  useFilter,
} from '../../state/filter.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useVisibleRows } from '../../state/visible-rows.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { healths, healthWords } from './health-words.ts'
import { kindsOfUse, fitsUse } from './kinds-of-use.ts'

/** Filters by health, format and use; each says how many are chosen, each entry how many it would show. */
export function FilterChips() {
  const scoped = useVisibleRows((state) => state.scoped)
  const filter = useFilter()
  const health = useMemo(() => tally(scoped, (row) => row.health), [scoped])
  const formats = useMemo(() => tally(scoped, (row) => row.formatLabel), [scoped])
  const uses = useMemo(
    () => new Map(kindsOfUse.map((kind) => [kind, scoped.filter(fitsUse[kind]).length])),
    [scoped],
  )
  const words = texts().library.filter
  return (
    <>
      <Menu
        trigger={<ChipButton label={words.health} chosen={filter.health.size} />}
        items={healths
          .filter((kind) => health.has(kind) || filter.health.has(kind))
          .map((kind) => ({
            id: kind,
            label: healthWords(kind).word,
            shortcut: formatCount(health.get(kind) ?? 0),
            checked: filter.health.has(kind),
            onSelect: () => toggleHealthFilter(kind),
          }))}
      />
      <Menu
        trigger={<ChipButton label={words.format} chosen={filter.formats.size} />}
        items={[...new Set([...formats.keys(), ...filter.formats])]
          .toSorted((a, b) => a.localeCompare(b))
          .map((format) => ({
            id: format,
            // What no format was recognised in is called so by the services.
            label: format.toLowerCase() === 'unknown' ? texts().common.unknown : format,
            shortcut: formatCount(formats.get(format) ?? 0),
            checked: filter.formats.has(format),
            onSelect: () => toggleFormatFilter(format),
          }))}
      />
      <Menu
        trigger={<ChipButton label={words.use} chosen={filter.uses.size} />}
        items={kindsOfUse.map((kind) => ({
          id: kind,
          label: words.uses[kind],
          shortcut: formatCount(uses.get(kind) ?? 0),
          checked: filter.uses.has(kind),
          onSelect: () => toggleUseFilter(kind),
        }))}
      />
      {isFiltering(filter) && (
        <Button
          variant="quiet"
          size="small"
          icon="close"
          aria-label={words.clear}
          onClick={clearFilter}
        >
          <span className="filter-clear-word">{words.clear}</span>
        </Button>
      )}
    </>
  )
}

interface ChipButtonProps {
  readonly label: string
  readonly chosen: number
}

/** Passes on what the menu gives its trigger. */
function ChipButton({ label, chosen, ...rest }: ChipButtonProps) {
  return (
    <Button
      {...rest}
      variant="quiet"
      size="small"
      icon="chevron-down"
      className={chosen > 0 ? 'filter-chip filter-chip-set' : 'filter-chip'}
    >
      {chosen > 0 ? texts().library.filter.chosen(label, chosen) : label}
    </Button>
  )
}

function tally<Key>(rows: readonly LibraryRow[], key: (row: LibraryRow) => Key): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return counts
}
