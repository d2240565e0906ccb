import { commands } from '../../commands/registry.ts'
import { isMac, shortcutsOf } from '../../commands/platform.ts'
import { describeShortcut } from '../../commands/shortcut.ts'
import type { Command } from '../../commands/command.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import './shortcuts-sheet.css'

const groups: readonly Command['group'][] = ['Library', 'Image', 'Copy', 'View', 'Help']

/** Keys of the list that are no commands. */
const listKeys: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'Go from row to row'],
  ['→ ←', 'Into the row’s cells and back'],
  ['Home  End', 'First and last row (in a row’s cells: first and last cell)'],
  ['Ctrl+Home  Ctrl+End', 'First and last row'],
  ['Page Up  Page Down', 'One screen up or down'],
  ['Space', 'Select or unselect'],
  ['Shift+↑ ↓', 'Extend the selection'],
  ['Esc', 'Select nothing'],
  ['Shift+F10', 'Menu of the row'],
  ['Letters', 'Jump to a name'],
  ['Alt+→ ←', 'Widen or narrow a column (on its heading)'],
]

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog
      size="wide"
      title="Keyboard shortcuts"
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="shortcuts">
        {groups.map((group) => (
          <ShortcutGroup
            key={group}
            title={group}
            entries={commands
              .filter((command) => command.group === group && shortcutsOf(command).length > 0)
              .map((command) => [
                shortcutsOf(command)
                  .map((shortcut) => describeShortcut(shortcut, isMac()))
                  .join('  '),
                command.title.replace(/…$/, ''),
              ])}
          />
        ))}
        <ShortcutGroup title="In the list" entries={listKeys} />
      </div>
    </Dialog>
  )
}

interface ShortcutGroupProps {
  readonly title: string
  readonly entries: readonly (readonly [keys: string, meaning: string])[]
}

function ShortcutGroup({ title, entries }: ShortcutGroupProps) {
  return (
    <section className="shortcuts-group">
      <h3>{title}</h3>
      <dl>
        {entries.map(([keys, meaning]) => (
          <div key={meaning} className="shortcuts-line">
            <dt>{meaning}</dt>
            <dd>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
