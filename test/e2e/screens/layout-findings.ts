/** What is wrong with how a page is laid out, one line each; measured in the page itself. */
import type { Page } from 'playwright-core'

/**
 * Texts that cannot be read whole: cut off by their own box or by one around it, or running over its edge. Where a
 * text may end in dots, what is missing must stand in a title or a tooltip.
 */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>()
    const slack = 1.5
    const nameOf = (element: Element): string => {
      const classes = [...element.classList].slice(0, 2).join('.')
      return `${element.tagName.toLowerCase()}${classes === '' ? '' : `.${classes}`}`
    }
    const clips = ({ overflowX }: CSSStyleDeclaration): boolean =>
      overflowX === 'hidden' || overflowX === 'clip'
    const scrolls = ({ overflowX }: CSSStyleDeclaration): boolean =>
      overflowX === 'auto' || overflowX === 'scroll'
    const hasHint = (element: Element): boolean => {
      // What is cut gets its title when the pointer comes to it (renderer/ui/cut-texts.ts).
      element.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))
      return element.closest('[title]:not([title=""]), [data-base-ui-tooltip-trigger]') !== null
    }

    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? ''
      const parent = node.parentElement
      if (text === '' || parent === null) continue
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      if (parent.closest('.visually-hidden, [aria-hidden=true], [inert], svg') !== null) continue
      range.selectNodeContents(node)
      const { left, right, top, bottom, width } = range.getBoundingClientRect()
      if (width === 0) continue
      for (
        let box: Element | null = parent;
        box !== null && box !== document.body;
        box = box.parentElement
      ) {
        const style = getComputedStyle(box)
        if (style.display === 'inline' || style.display === 'contents') continue
        const edge = box.getBoundingClientRect()
        // What is one pixel wide is for screen readers.
        if (edge.width <= 1) break
        if (scrolls(style)) break
        const isOver = right > edge.right + slack || left < edge.left - slack
        const isBelow =
          style.overflowY === 'hidden' && (bottom > edge.bottom + 3 || top < edge.top - 3)
        if (!isOver && !isBelow) {
          if (style.position === 'fixed') break
          continue
        }
        if (isOver && clips(style) && style.textOverflow === 'ellipsis') {
          if (hasHint(box)) break
          found.add(`ends in dots without a hint: ${nameOf(box)} "${text.slice(0, 60)}"`)
        } else if (clips(style) || isBelow) {
          found.add(`cut off by ${nameOf(box)}: "${text.slice(0, 60)}"`)
        } else if (box === parent || right > innerWidth + slack) {
          found.add(`runs over ${nameOf(box)}: "${text.slice(0, 60)}"`)
        } else continue
        break
      }
      if (right > innerWidth + slack && parent.closest('.library-grid, .tabs-list') === null) {
        const isScrolled = (element: Element | null): boolean =>
          element !== null &&
          (scrolls(getComputedStyle(element)) ||
            getComputedStyle(element).textOverflow === 'ellipsis' ||
            isScrolled(element.parentElement))
        if (!isScrolled(parent)) found.add(`beyond the window: "${text.slice(0, 60)}"`)
      }
    }
    return [...found]
  })
}

/**
 * Controls that cannot be brought into sight, a page that has to be scrolled sideways, and a dialog whose buttons are
 * not in sight at once.
 */
export function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const root = document.documentElement
    const wide = [root, document.body, document.getElementById('root')].some(
      (element) => element !== null && element.scrollWidth > innerWidth + 1,
    )
    if (wide) found.push('the page is wider than the window')
    const wordsOf = (element: Element): string =>
      (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 50)
    const isInView = (element: Element): boolean => {
      const { left, right, top, bottom } = element.getBoundingClientRect()
      return left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1
    }
    // What lies over the rest of the page; Escape or its button brings that back.
    const over = '[role=dialog], [role=menu], [role=listbox], .inspector-over, .sidebar-over'
    const popup = [...document.querySelectorAll(over)].at(-1)
    for (const button of popup?.querySelectorAll('.dialog-footer .button') ?? []) {
      if (!isInView(button)) found.push(`not in sight at once: "${wordsOf(button)}"`)
    }
    const controls = (popup ?? document).querySelectorAll(
      'button, input, select, summary, [role=menuitem], [role=radio], [role=checkbox], [role=tab], [role=switch]',
    )
    for (const control of controls) {
      if (!control.checkVisibility({ visibilityProperty: true })) continue
      if (control.closest('[aria-hidden=true], [inert], .library-header') !== null) continue
      const { width } = control.getBoundingClientRect()
      if (width <= 1) continue
      control.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const { left, right, top, bottom } = control.getBoundingClientRect()
      const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
      const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
      const hit = document.elementFromPoint(x, y)
      const isHit =
        hit !== null &&
        (control.contains(hit) ||
          hit.contains(control) ||
          hit.closest('label')?.contains(control) === true ||
          // Goes when the pointer or the keyboard does.
          hit.closest('.tooltip') !== null)
      if (!isInView(control) && bottom - top < innerHeight)
        found.push(`cannot be brought into sight: "${wordsOf(control)}"`)
      else if (!isHit)
        found.push(`is covered: "${wordsOf(control)}" by ${hit?.className ?? 'nothing'}`)
    }
    return found
  })
}

/**
 * What cannot be seen where the system chooses the colours: shapes whose edge was a colour or a shadow, chosen things
 * that look like the others, and a keyboard focus without an outline.
 */
export function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>()
    const nameOf = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      element.closest('[aria-hidden=true], [inert]') === null
    const hasEdge = (element: Element): boolean => {
      const style = getComputedStyle(element)
      const sides = ['Top', 'Right', 'Bottom', 'Left'] as const
      return (
        sides.some(
          (side) => style[`border${side}Style`] !== 'none' && style[`border${side}Width`] !== '0px',
        ) ||
        (style.outlineStyle !== 'none' && style.outlineWidth !== '0px')
      )
    }
    const shapes =
      '.banner, .dialog, .button:not(.button-quiet), .menu, .toast, .card, .tooltip, .field-box, .select-trigger, .checkbox-box, .segmented, .badge, .inspector-over, .sidebar-over, .progress-bar-track'
    for (const shape of document.querySelectorAll(shapes)) {
      if (isShown(shape) && !hasEdge(shape)) found.add(`has no edge: ${nameOf(shape)}`)
    }

    const looks = (element: Element): string => {
      const { color, backgroundColor, outlineStyle, outlineWidth, fontWeight } =
        getComputedStyle(element)
      const borders = ['Top', 'Right', 'Bottom', 'Left'].map((side) => {
        const style = getComputedStyle(element)
        return [`border-${side}-width`, `border-${side}-style`, `border-${side}-color`].map(
          (name) => style.getPropertyValue(name.toLowerCase()),
        )
      })
      const marks = element.querySelectorAll('svg, .library-mixed').length
      return JSON.stringify([
        color,
        backgroundColor,
        outlineStyle,
        outlineWidth,
        fontWeight,
        borders,
        marks,
      ])
    }
    const states = ['aria-selected', 'aria-checked', 'aria-pressed', 'aria-current']
    for (const state of states) {
      for (const chosen of document.querySelectorAll(`[${state}]:not([${state}=false])`)) {
        if (!isShown(chosen)) continue
        const base = chosen.classList[0]
        const other = [...document.querySelectorAll(`.${base ?? 'none'}`)].find(
          (element) =>
            isShown(element) &&
            // Of those that may have it: only the current one of a list says that it is.
            (element.getAttribute(state) === 'false' ||
              (state === 'aria-current' && !element.hasAttribute(state))) &&
            element.className.split(' ').length <= chosen.className.split(' ').length,
        )
        if (other !== undefined && looks(other) === looks(chosen))
          found.add(`looks as if it were not chosen: ${nameOf(chosen)}[${state}]`)
      }
    }
    return [...found]
  })
}

/** Everything the keyboard can be on, of which nothing shows that it is there. */
export async function unseenFocus(page: Page): Promise<string[]> {
  // What was pressed last decides whether the browser shows the focus of what a script moves it to.
  await page.keyboard.press('Shift')
  return page.evaluate(() => {
    const found = new Set<string>()
    const popup = [...document.querySelectorAll('[role=dialog]')].at(-1) ?? document
    const before = document.activeElement
    for (const element of popup.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex]',
    )) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue
      if (element.closest('[aria-hidden=true], [inert]') !== null) continue
      if (element.tabIndex < 0 || element.hasAttribute('data-base-ui-focus-guard')) continue
      element.focus({ preventScroll: true })
      if (document.activeElement !== element || !element.matches(':focus-visible')) continue
      const marked = [
        element,
        element.parentElement,
        ...element.querySelectorAll('[class*=active], [class*=grip]'),
      ]
      const isSeen = marked.some((each) => {
        if (each === null) return false
        const { outlineStyle, outlineWidth } = getComputedStyle(each)
        const above = getComputedStyle(each, '::before')
        return (
          (outlineStyle !== 'none' && outlineWidth !== '0px') ||
          (above.content !== 'none' && above.borderTopWidth !== '0px')
        )
      })
      if (!isSeen) found.add(`${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`)
    }
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    return [...found].map((name) => `focus is not seen: ${name}`)
  })
}
