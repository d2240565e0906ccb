type KeysAndMeaning = readonly [keys: string, meaning: string]

/** The dialog of keys. Keys that are alternatives are two spaces apart. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  done: 'Done',
  inList: 'In the list',
  /** Keys of the list that are no commands. */
  listKeys: [
    ['↑  ↓', 'Go from row to row'],
    ['→  ←', 'Into the row’s cells and back'],
    ['Home  End', 'First and last row (in a row’s cells: first and last cell)'],
    ['Ctrl+Home  Ctrl+End', 'First and last row'],
    ['Page Up  Page Down', 'One screen up or down'],
    ['Space', 'Select or unselect'],
    ['Shift+↑  Shift+↓', 'Extend the selection'],
    ['Esc', 'Select nothing'],
    ['Shift+F10', 'Menu of the row'],
    ['Letters', 'Jump to a name'],
    ['Alt+→  Alt+←', 'Widen or narrow a column (on its heading)'],
  ] satisfies readonly KeysAndMeaning[] as readonly KeysAndMeaning[],
}
