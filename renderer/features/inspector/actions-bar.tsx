import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { isCommand } from '../../commands/registry.ts'
import { windowImage } from '../../state/window-image.ts'
import { texts } from '../../texts/texts.ts'
import { CommandButton } from '../frame/command-button.tsx'
import { MoreMenu } from '../frame/more-menu.tsx'

/** What is mostly done with an image, each with its reason where it cannot be. */
export function ActionsBar({ row }: { readonly row: LibraryRow }) {
  const words = texts().inspector.actions
  // A window of its own has them above every tab; of a missing file the banner has the only one there is.
  if (windowImage() !== undefined || row.missingSince !== undefined) return null
  const isBroken = ['leaks', 'needs-repair', 'damaged'].includes(row.health)
  // Three have room in the narrowest pane.
  const actions = [
    ...(isBroken ? [{ id: 'image.repair', label: words.repair }] : []),
    { id: 'image.compact', label: words.compact },
    { id: 'image.resize', label: words.resize },
    ...(isBroken ? [] : [{ id: 'image.takeSnapshot', label: words.snapshot }]),
  ].filter(({ id }) => isCommand(id))
  return (
    <div className="inspector-quick" role="group" aria-label={words.title}>
      <div className="inspector-quick-buttons">
        {actions.map(({ id, label }) => (
          <CommandButton
            key={id}
            id={id}
            label={label}
            size="small"
            variant={id === 'image.repair' ? 'primary' : 'plain'}
          />
        ))}
      </div>
      <MoreMenu label={words.more} />
    </div>
  )
}
