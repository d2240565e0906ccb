import { commands } from '../../commands/registry.ts'
import { isMac, shortcutsOf } from '../../commands/platform.ts'
import { describeShortcut } from '../../commands/shortcut.ts'
import { titleOf, type CommandGroup } from '../../commands/command.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { shortcutsTexts } from './shortcuts-texts.ts'
import './shortcuts-sheet.css'

/** Keys of the list that are no commands; those that do as much as each other stand beside each other. */
const listKeys = {
  rows: ['↑', '↓'],
  cells: ['→', '←'],
  ends: ['Home', 'End'],
  firstAndLast: ['Ctrl+Home', 'Ctrl+End'],
  page: ['Page Up', 'Page Down'],
  select: ['Space'],
  extend: ['Shift+↑', 'Shift+↓'],
  none: ['Esc'],
  menu: ['Shift+F10'],
  width: ['Alt+→', 'Alt+←'],
} as const

const listEntries = [
  'rows',
  'cells',
  'ends',
  'firstAndLast',
  'page',
  'select',
  'extend',
  'none',
  'menu',
  'name',
  'width',
] as const

/** In an order that fills two columns alike: a group is never cut. */
const groups: readonly CommandGroup[] = ['library', 'view', 'copy', 'help', 'image']

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  const words = shortcutsTexts()
  return (
    <Dialog
      size="wide"
      title={words.title}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          {texts().common.done}
        </Button>
      }
    >
      <div className="shortcuts">
        {groups.map((group) => (
          <ShortcutGroup
            key={group}
            title={texts().commands.groups[group]}
            entries={commands
              .filter((command) => command.group === group && shortcutsOf(command).length > 0)
              .map((command) => ({
                keys: shortcutsOf(command).map((shortcut) => describeShortcut(shortcut, isMac())),
                meaning: titleOf(command).replace(/…$/, ''),
              }))}
          />
        ))}
        <ShortcutGroup
          title={words.inList}
          entries={listEntries.map((entry) => ({
            keys: entry === 'name' ? [words.letters] : listKeys[entry],
            meaning: words.listKeys[entry],
          }))}
        />
      </div>
    </Dialog>
  )
}

interface Entry {
  readonly keys: readonly string[]
  readonly meaning: string
}

interface ShortcutGroupProps {
  readonly title: string
  readonly entries: readonly Entry[]
}

function ShortcutGroup({ title, entries }: ShortcutGroupProps) {
  return (
    <section className="shortcuts-group">
      <h3>{title}</h3>
      <dl>
        {entries.map(({ keys, meaning }) => (
          <div key={meaning} className="shortcuts-line">
            <dt>{meaning}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
