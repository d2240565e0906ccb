import { rowMenuItems } from '../../commands/row-menu.ts'
import { useSelection } from '../../state/selection.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'

/** Everything that can be done with the selection: the menu of the row, behind a button. */
export function MoreMenu({ label }: { readonly label: string }) {
  // Subscribed to, because the reasons in the menu follow the selection.
  useSelection((state) => state.selected)
  return <Menu trigger={<IconButton icon="more" label={label} />} items={rowMenuItems()} />
}
