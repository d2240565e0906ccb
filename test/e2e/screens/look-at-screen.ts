import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { whenStill } from '../window.ts'
import { cutTexts, outOfReach, unseen, unseenFocus } from './layout-findings.ts'
import { plainTexts } from './plain-texts.ts'

export const usualSize = { width: 1280, height: 800 } as const
const narrow = { width: 900, height: 800 } as const
/** What is left of the usual size when everything is drawn twice as large. */
const zoomed = { width: 640, height: 400 } as const

/** A way to look at a screen. */
export interface Way {
  readonly name: string
  /** In the language whose words are two fifths longer. */
  readonly isStretched?: boolean
  /** What is wrong, one line each. */
  readonly look: (page: Page) => Promise<readonly string[]>
}

export const ways: readonly Way[] = [
  { name: 'in the light theme', look: (page) => axe(new AxeBuilder({ page })) },
  {
    name: 'in the dark theme',
    look: (page) => inColours(page, { colorScheme: 'dark' }, () => contrast(page)),
  },
  {
    name: 'in the colours of the system',
    look: (page) =>
      inColours(page, { forcedColors: 'active' }, async () => [
        ...(await contrast(page)),
        ...(await unseen(page)),
        ...(await unseenFocus(page)),
      ]),
  },
  { name: 'twice as large', look: (page) => inSize(page, zoomed, () => outOfReach(page)) },
  {
    name: 'with longer words',
    isStretched: true,
    look: async (page) => [
      ...(await cutTexts(page)),
      ...(await plainTexts(page)),
      ...(await inSize(page, narrow, () => cutTexts(page))).map((line) => `at 900: ${line}`),
    ],
  },
]

/** The one rule for which the colours matter. */
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
  const found = await look()
  await page.setViewportSize(usualSize)
  return found
}
