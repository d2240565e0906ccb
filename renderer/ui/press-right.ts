/**
 * What the right mouse button would do there, so that the keyboard opens the same menu. In pixels of the window.
 */
export function pressRight(element: Element, x: number, y: number): void {
  element.dispatchEvent(
    new MouseEvent('contextmenu', {
      bubbles: true,
      cancelable: true,
      button: 2,
      clientX: x,
      clientY: y,
    }),
  )
}

/** The menu key, and Shift+F10 where a keyboard has none. */
export const isMenuKey = ({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): boolean =>
  key === 'ContextMenu' || (key === 'F10' && shiftKey)
