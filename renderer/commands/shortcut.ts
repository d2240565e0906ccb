/**
 * Key combinations in words: "Mod+Shift+C", "Alt+Enter", "F6". Mod is Ctrl, and Cmd on a Mac.
 */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

export function matchesShortcut(shortcut: string, press: KeyPress, mac: boolean): boolean {
  const parts = shortcut.split('+')
  const key = parts.at(-1) ?? ''
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier)
  const mod = mac ? press.metaKey : press.ctrlKey
  const other = mac ? press.ctrlKey : press.metaKey
  return (
    mod === wants('Mod') &&
    !other &&
    press.altKey === wants('Alt') &&
    // What Shift does to a sign depends on the keyboard ("/" is Shift+7 on a German one).
    (press.shiftKey === wants('Shift') || /^[^\w]$/.test(key)) &&
    matchesKey(key, press)
  )
}

function matchesKey(key: string, { key: pressed, code }: KeyPress): boolean {
  if (pressed.toUpperCase() === key.toUpperCase()) return true
  // With Alt or Shift the key's character changes; its place on the keyboard does not.
  return code === `Key${key}` || code === `Digit${key}`
}

const macSigns: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Delete: '⌦' }

/** As people read it: "Ctrl+Shift+C", or "⇧⌘C" on a Mac. */
export function describeShortcut(shortcut: string, mac: boolean): string {
  const parts = shortcut.split('+')
  return mac
    ? parts.map((part) => macSigns[part] ?? part).join('')
    : parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+')
}
