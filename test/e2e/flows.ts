/** Steps that several flows of the window have in common, done as a person does them. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { isShown, rowOf } from './window.ts'

/** Goes to an image of a short list with the arrow keys, which selects it. */
export async function goTo(page: Page, name: string): Promise<void> {
  const grid = page.getByRole('grid')
  const row = rowOf(page, name)
  await row.waitFor()
  await grid.focus()
  await grid.press('Control+Home')
  // The header is the first row, and the first image the second.
  const steps = Number(await row.getAttribute('aria-rowindex')) - 2
  // Going down and up again selects the first one, too, where the keyboard may stand already.
  for (let step = 0; step < Math.max(1, steps); step += 1) await grid.press('ArrowDown')
  if (steps === 0) await grid.press('ArrowUp')
  await expect
    .poll(async () => await row.getAttribute('aria-selected'), { timeout: 10_000 })
    .toBe('true')
}

/** Runs a command by its words, from the keyboard alone. */
export async function runByKeyboard(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Search images and commands' })
  await field.waitFor()
  // It is there before it has the keyboard.
  await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true)
  await page.keyboard.type(command)
  await isShown(page.getByRole('option', { selected: true }).filter({ hasText: command }))
  await page.keyboard.press('Enter')
}

/** More than any way with Tab through the window has. */
const mostTabs = 80

/** Goes with Tab to a control, or into a group of them, as who has no mouse does; rejects when Tab never comes there. */
export async function tabTo(page: Page, place: Locator): Promise<void> {
  await place.waitFor()
  for (let tabs = 0; tabs < mostTabs; tabs += 1) {
    if (await hasKeyboard(place)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${place.toString()}`)
}

/** Chooses one of several by keyboard: with Tab to the group, with the arrow keys to the one. */
export async function chooseByKeyboard(page: Page, radio: Locator): Promise<void> {
  await radio.waitFor()
  await tabTo(page, radio.locator('xpath=ancestor::*[@role="radiogroup"]'))
  for (let steps = 0; steps < mostTabs && !(await hasKeyboard(radio)); steps += 1) {
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Space')
}

const hasKeyboard = (place: Locator): Promise<boolean> =>
  place.evaluate((element) => element.contains(document.activeElement))

/** The dialog that is open. A toast is one to screen readers as well, and goes away by itself. */
export const dialog = (page: Page): Locator =>
  page.getByRole('dialog').and(page.locator(':not(.toast)'))

/** The button that starts what a dialog has planned, once the plan is of what is asked for and it can be pressed. */
export async function readyButton(page: Page, name: string | RegExp): Promise<Locator> {
  const button = dialog(page).getByRole('button', { name })
  await expect
    .poll(async () => await button.getAttribute('aria-disabled'), { timeout: 20_000 })
    .toBeNull()
  await dialog(page)
    .locator('.preflight-list[aria-busy=true]')
    .waitFor({ state: 'detached', timeout: 20_000 })
  return button
}

/** Waits for the receipt of what was started; answers with its headline. */
export async function receiptOf(page: Page): Promise<string> {
  const headline = dialog(page).locator('.receipt-title')
  await headline.waitFor({ timeout: 20_000 })
  return await headline.innerText()
}

/** Closes the dialog by the key and waits until it is gone. */
export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'detached' })
}
