/** How the end-to-end tests find things in the window: by what people and screen readers see. */
import type { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import type { HostKind } from './hosts.ts'

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

/** What axe found, one line each; no line is what we want. */
export async function axeFindings(builder: AxeBuilder, kind: HostKind): Promise<string[]> {
  // Axe opens a second page to finish its work, which an Electron context cannot do.
  const { violations } = await builder.setLegacyMode(kind !== 'web').analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}
