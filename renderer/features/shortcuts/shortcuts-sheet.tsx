import { commands } from '../../commands/registry.ts'
import { isMac, shortcutsOf } from '../../commands/platform.ts'
import { describeShortcut } from '../../commands/shortcut.ts'
import { titleOf, type CommandGroup } from '../../commands/command.ts'
import { shortcuts } from '../../texts/en/shortcuts.ts'
import { inLanguage, texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import './shortcuts-sheet.css'

const shortcutsTexts = inLanguage({ en: shortcuts })

const groups: readonly CommandGroup[] = ['library', 'image', 'copy', 'view', 'help']

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  const words = shortcutsTexts()
  return (
    <Dialog
      size="wide"
      title={words.title}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          {words.done}
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
              .map((command) => [
                shortcutsOf(command)
                  .map((shortcut) => describeShortcut(shortcut, isMac()))
                  .join('  '),
                titleOf(command).replace(/…$/, ''),
              ])}
          />
        ))}
        <ShortcutGroup title={words.inList} entries={words.listKeys} />
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
