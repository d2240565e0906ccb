/** The dialog of keys. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  inList: 'In the list',
  /** Keys of the list that are no commands. */
  listKeys: {
    rows: 'Go from row to row',
    cells: 'Into the row’s cells and back',
    ends: 'First and last row (in a row’s cells: first and last cell)',
    firstAndLast: 'First and last row',
    page: 'One screen up or down',
    select: 'Select or unselect',
    extend: 'Extend the selection',
    none: 'Select nothing',
    menu: 'Menu of the row',
    name: 'Jump to a name',
    width: 'Widen or narrow a column (on its heading)',
  },
  /** What stands for the keys that write a name. */
  letters: 'Letters',
}
