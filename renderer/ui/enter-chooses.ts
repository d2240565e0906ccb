import type { KeyboardEvent } from 'react'

/**
 * For a group of radio buttons in a form: Enter chooses the one that has the keyboard, and on the chosen one presses the
 * form's button, as Enter does in its text fields. Space and arrows choose anyway.
 */
export function enterChooses({ key, target }: KeyboardEvent<HTMLElement>): void {
  if (key !== 'Enter' || !(target instanceof HTMLElement) || target.role !== 'radio') return
  if (target.ariaChecked === 'true') target.closest('form')?.requestSubmit()
  else target.click()
}
