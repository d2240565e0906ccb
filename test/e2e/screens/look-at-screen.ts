import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { whenStill } from '../window.ts'
import { cutTexts, outOfReach, unseen, unseenFocus } from './layout-findings.ts'

/** What is wrong with a screen, by the way it was looked at; no line is what we want. */
export type Findings = Readonly<Record<string, readonly string[]>>

export const usualSize = { width: 1280, height: 800 } as const
const narrow = { width: 900, height: 800 } as const
/** What is left of the usual size when everything is drawn twice as large. */
const zoomed = { width: 640, height: 400 } as const

/** In both themes, in the colours of the system, and twice as large. */
export async function lookAtColoursAndZoom(page: Page): Promise<Findings> {
  return {
    light: await violations(page),
    dark: await inColours(page, { colorScheme: 'dark' }, () => contrast(page)),
    forced: await inColours(page, { forcedColors: 'active' }, async () => [
      ...(await contrast(page)),
      ...(await unseen(page)),
      ...(await unseenFocus(page)),
    ]),
    zoomed: await inSize(page, zoomed, () => outOfReach(page)),
  }
}

/** With long words, where there is the usual room and where there is little. */
export async function lookAtLongWords(page: Page): Promise<Findings> {
  return {
    usual: await cutTexts(page),
    narrow: await inSize(page, narrow, () => cutTexts(page)),
  }
}

const violations = (page: Page): Promise<string[]> => axe(new AxeBuilder({ page }))

/** The one thing for which the colours matter. */
const contrast = (page: Page): Promise<string[]> =>
  axe(new AxeBuilder({ page }).withRules('color-contrast'))

async function axe(builder: AxeBuilder): Promise<string[]> {
  // The other mode opens a second page to finish its work.
  const { violations: found } = await builder.setLegacyMode(true).analyze()
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

type Media = NonNullable<Parameters<Page['emulateMedia']>[0]>

async function inColours(
  page: Page,
  media: Media,
  look: () => Promise<string[]>,
): Promise<string[]> {
  await page.emulateMedia(media)
  await whenStill(page)
  const found = await look()
  await page.emulateMedia({ colorScheme: null, forcedColors: null })
  return found
}

async function inSize(
  page: Page,
  size: { readonly width: number; readonly height: number },
  look: () => Promise<string[]>,
): Promise<string[]> {
  await page.setViewportSize(size)
  await whenStill(page)
  return look()
}
