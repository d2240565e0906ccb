/**
 * A text that ends in dots tells the rest of it: its title, for as long as it is cut. The texts are those with the class
 * `truncate` and the cells of the list, which has too many to measure each while drawing.
 */
const cutTexts = '.truncate, .library-cell'

/** Returns how to stop. */
export function followCutTexts(): () => void {
  const given = new WeakSet<Element>()
  const look = ({ target }: Event): void => {
    const text = target instanceof Element ? target.closest<HTMLElement>(cutTexts) : null
    if (text === null) return
    // A title of its own says more.
    if (text.title !== '' && !given.has(text)) return
    const isCut = text.scrollWidth > text.clientWidth
    if (isCut && text.closest('[title]:not([title=""])') !== null && !given.has(text)) return
    text.title = isCut ? (text.textContent ?? '') : ''
    given.add(text)
  }
  document.addEventListener('pointerover', look, { passive: true })
  return () => document.removeEventListener('pointerover', look)
}
