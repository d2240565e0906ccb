/** Every screen (screens.ts) in what people may have: other themes, larger text, their own colours, longer words. */
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { cutTexts, outOfReach, unseen, unseenFocus } from './layout-findings.ts'
import { buildMadeUpWindow, openMadeUpWindow, type MadeUpWindow } from './made-up-window.ts'
import { screens } from './screens.ts'
import { reachScreen } from './screens/reach-screen.ts'
import { whenStill } from './window.ts'

const usual = { width: 1280, height: 800 } as const
const narrow = { width: 900, height: 800 } as const
/** What is left of 1280 by 800 when everything is drawn twice as large. */
const zoomed = { width: 640, height: 400 } as const

export function wordsSuite(): void {
  let folder: TempFolder
  let made: MadeUpWindow
  let context: BrowserContext

  beforeAll(async () => {
    folder = await tempFolder('made-up-window')
    await buildMadeUpWindow(folder.path)
    made = await openMadeUpWindow(folder.path)
    context = await made.browser.newContext({ viewport: usual })
  }, 120_000)
  afterAll(async () => {
    await made.close()
    await folder[Symbol.asyncDispose]()
  })

  const reached = async (name: string, isStretched = false): Promise<Page> => {
    const page = await context.newPage()
    const screen = screens.find((each) => each.name === name)
    if (screen === undefined) throw new Error(`no screen has the name ${name}`)
    await reachScreen(page, screen, { address: made.address, isStretched })
    return page
  }
  const names = screens.map(({ name }) => name)

  it.each(names)('%s can be seen and used in all colours, and twice as large', async (name) => {
    const page = await reached(name)
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    const found = {
      light: await violations(page),
      dark: await inColours(page, { colorScheme: 'dark' }, () =>
        violations(page, 'color-contrast'),
      ),
      forced: await inColours(page, { forcedColors: 'active' }, async () => [
        ...(await violations(page, 'color-contrast')),
        ...(await unseen(page)),
        ...(await unseenFocus(page)),
      ]),
      zoomed: await inSize(page, zoomed, () => outOfReach(page)),
      complaints,
    }
    await page.close()
    expect(found).toEqual({ light: [], dark: [], forced: [], zoomed: [], complaints: [] })
  })

  describe('in a language whose words are two fifths longer', () => {
    it.each(names)('%s shows them whole', async (name) => {
      const page = await reached(name, true)
      const found = {
        usual: await cutTexts(page),
        narrow: await inSize(page, narrow, () => cutTexts(page)),
      }
      await page.close()
      expect(found).toEqual({ usual: [], narrow: [] })
    })
  })
}

/** What axe finds, by all its rules or by one. */
async function violations(page: Page, rule?: string): Promise<string[]> {
  const builder = new AxeBuilder({ page })
  if (rule !== undefined) builder.withRules(rule)
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
