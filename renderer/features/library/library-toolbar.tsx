import { formatCount } from '../../format/counts.ts'
import { shownShortcut } from '../../commands/platform.ts'
import { commandOf, runCommand } from '../../commands/registry.ts'
import { setFilterText, useFilter } from '../../state/filter.ts'
import { useInspectorShown } from '../../state/layout.ts'
import { useSelection } from '../../state/selection.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { CommandButton, CommandIconButton } from '../frame/command-button.tsx'
import { MoreMenu } from '../frame/more-menu.tsx'
import { arrangeColumns, changeColumn } from './column-layout.ts'
import { columns, columnTitle } from './columns.tsx'
import { FilterChips } from './filter-chips.tsx'
import { registerFilterField } from './filter-field.ts'
import './library-toolbar.css'

export function LibraryToolbar() {
  const inspectorShown = useInspectorShown()
  const words = texts().library.toolbar
  return (
    <div className="library-toolbar" role="toolbar" aria-label={words.label}>
      <div className="library-toolbar-group">
        <CheckButton />
        <CommandButton id="image.compact" takesDrop="image.compact" />
        <CommandButton id="image.resize" takesDrop="image.resize" />
        {/* Where there is little room they are in the menu only. */}
        <div className="library-toolbar-group library-toolbar-further">
          <CommandButton
            id="image.takeSnapshot"
            label={words.snapshot}
            takesDrop="image.takeSnapshot"
          />
          <CommandButton id="image.hash" label={words.sha256} takesDrop="image.hash" />
          <CommandButton id="image.map" />
        </div>
        <MoreMenu label={texts().library.toolbar.more} />
      </div>
      <div className="library-toolbar-view">
        <div className="library-toolbar-filters">
          <FilterField />
          <FilterChips />
        </div>
        <div className="library-toolbar-group">
          <ColumnsMenu />
          <CommandIconButton
            id="view.inspector"
            label={inspectorShown ? words.hideInspector : words.showInspector}
            pressed={inspectorShown}
          />
        </div>
      </div>
    </div>
  )
}

/** Checks what is selected; with nothing selected, what the list shows. */
function CheckButton() {
  const selected = useSelection((state) => state.selected.size)
  const words = texts().library.toolbar
  return selected === 0 ? (
    <CommandButton id="library.checkAll" label={words.checkAll} takesDrop="image.check" />
  ) : (
    <CommandButton
      id="image.check"
      takesDrop="image.check"
      label={selected === 1 ? words.check : words.checkMany(formatCount(selected))}
    />
  )
}

function FilterField() {
  const text = useFilter((state) => state.text)
  const words = texts().library.toolbar
  return (
    <TextField
      ref={registerFilterField}
      className="library-filter"
      label={words.filterBy}
      labelHidden
      icon="filter"
      placeholder={words.filter}
      title={`${words.filterBy}  ${shownShortcut(commandOf('library.filter')) ?? ''}`}
      clearable
      value={text}
      onChange={setFilterText}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault()
          setFilterText('')
        } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
          event.preventDefault()
          document.querySelector<HTMLElement>('[data-library-grid]')?.focus()
        }
      }}
    />
  )
}

function ColumnsMenu() {
  const { columns: stored, density } = useSettings((state) => state.settings)
  const placed = arrangeColumns(columns, stored)
  const words = texts().library.toolbar
  const items: MenuItem[] = [
    ...placed.map((column) => ({
      id: column.id,
      label: columnTitle(column.id),
      checked: column.shown,
      disabledReason: column.id === 'name' ? words.nameStays : undefined,
      onSelect: () =>
        changeSettings({ columns: changeColumn(placed, column.id, { shown: !column.shown }) }),
    })),
    {
      id: 'compact',
      label: words.compactRows,
      checked: density === 'compact',
      separatorBefore: true,
      onSelect: () => runCommand('view.density'),
    },
    {
      id: 'reset',
      label: words.reset,
      disabledReason: stored.length === 0 ? words.isReset : undefined,
      onSelect: () => changeSettings({ columns: [] }),
    },
  ]
  return (
    <Menu align="end" trigger={<IconButton icon="columns" label={words.columns} />} items={items} />
  )
}
