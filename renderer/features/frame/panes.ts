/** The panes of the window in the order F6 goes through them; each element carries `data-pane`. */
const order = ['sidebar', 'toolbar', 'library', 'inspector', 'activity'] as const

const focusableSelector =
  'button:not([tabindex="-1"]), [href], input, select, textarea, [tabindex]:not([tabindex="-1"])'

/** Moves the keyboard to the next (1) or previous (-1) pane that is on screen. */
export function cyclePanes(step: 1 | -1): void {
  const panes = order.flatMap((name) =>
    Array.from(document.querySelectorAll<HTMLElement>(`[data-pane="${name}"]`)),
  )
  if (panes.length === 0) return
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = at === -1 && step === -1 ? panes.length - 1 : at + step
  const pane = panes[(next + panes.length) % panes.length]
  // The grid itself takes the keyboard; other panes give it to their first control.
  const target = pane?.matches('[tabindex="0"]')
    ? pane
    : pane?.querySelector<HTMLElement>(focusableSelector)
  ;(target ?? pane)?.focus()
}
