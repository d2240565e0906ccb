import { popupContainer } from './popup-container.ts'

interface Place {
  readonly element: WeakRef<HTMLElement>
  /** Which page the window showed then. */
  readonly page: string | undefined
}

let last: Place | undefined

const mainPart = (): HTMLElement | null => document.querySelector('main')

/** Remembers where the keyboard is on the page; dialogs, menus and tooltips lie over it and do not count. */
export function followFocus(): () => void {
  const remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || popupContainer()?.contains(target) === true) return
    last = { element: new WeakRef(target), page: mainPart()?.dataset['page'] }
  }
  document.addEventListener('focusin', remember)
  return () => document.removeEventListener('focusin', remember)
}

/**
 * Where the keyboard goes when `popup` closes: back to where it was on the page. Where that is gone, or the page is
 * another one, to the page's list, else to the page itself: never to something that was pressed before it. False
 * where the keyboard has left the popup already, for another dialog or by itself.
 */
export function returnPlace(popup: HTMLElement | null): HTMLElement | false {
  const { activeElement: active } = document
  const isElsewhere = active !== null && active !== document.body
  if (isElsewhere && popup?.contains(active) !== true) return false
  const element = last?.element.deref()
  if (element?.isConnected === true && last?.page === mainPart()?.dataset['page']) return element
  return document.querySelector<HTMLElement>('[data-library-grid]') ?? mainPart() ?? false
}

/**
 * Takes the keyboard to a page that is being shown, where nothing has it then: what had it went with the page before, and
 * a dialog that led here gave it back to a place that is gone.
 */
export function focusShownPage(): void {
  requestAnimationFrame(() => {
    const { activeElement: active } = document
    if (active === null || active === document.body) mainPart()?.focus()
  })
}
