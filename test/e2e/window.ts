/** How the end-to-end tests find things in the window: by what people and screen readers see. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { takesAll } from '../helpers/some-of.ts'
import { requiredHosts, type HostKind } from './hosts.ts'

/** The table row of an image, by its file name. */
export const rowOf = (page: Page, name: string): Locator =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) })

/** True once it can be seen; rejects with Playwright's account of what there is instead. */
export async function isShown(locator: Locator): Promise<true> {
  await locator.waitFor()
  return true
}

/** The word on an image's health badge. */
export async function healthOf(page: Page, name: string): Promise<string | undefined> {
  const text = await rowOf(page, name).locator('.library-cell-health').textContent()
  return text?.trim()
}

let looks = 0

/**
 * What axe found on the page, one line each; no line is what we want. Colours that are still on their way
 * to another theme are nobody's contrast, so it looks when nothing moves any more. `npm test` looks every fifth time.
 */
export async function axeFindings(page: Page, kind: HostKind): Promise<string[]> {
  // The hosts show the same page in the same browser, and axe takes a second for it: one of them is looked at.
  if (kind !== 'web' && requiredHosts.includes('web')) return []
  looks += 1
  if (!takesAll && looks % 5 !== 1) return []
  await whenStill(page)
  const builder = new AxeBuilder({ page })
  // A toast may begin to fade while it looks, when its contrast is nobody's; among the screens it stands still.
  builder.exclude('.toasts')
  // Otherwise axe opens a second page for each look, which an Electron context cannot do and others need not.
  const { violations } = await builder
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

/** Waits for the end of every transition; what turns for ever (a spinner) is not waited for. */
export async function whenStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // The window hears of a new theme when the next frame is made; its transitions begin in the one after.
    for (let frame = 0; frame < 2; frame++) {
      await new Promise((resolve) => {
        requestAnimationFrame(resolve)
      })
    }
    const ending = document
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })
}
