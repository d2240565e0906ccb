/** Every screen (screens.ts) in what people may have: other themes, larger text, their own colours, longer words. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { buildMadeUpWindow, openMadeUpWindow, type MadeUpWindow } from './made-up-window.ts'
import { screens } from './screens.ts'
import { lookAtColoursAndZoom, lookAtLongWords, usualSize } from './screens/look-at-screen.ts'
import { reachScreen } from './screens/reach-screen.ts'
import type { Screen } from './screens/screen.ts'

export function wordsSuite(): void {
  let folder: TempFolder
  let made: MadeUpWindow
  let context: BrowserContext

  beforeAll(async () => {
    folder = await tempFolder('made-up-window')
    await buildMadeUpWindow(folder.path)
    made = await openMadeUpWindow(folder.path)
    context = await made.browser.newContext({ viewport: usualSize })
  }, 120_000)
  afterAll(async () => {
    await made.close()
    await folder[Symbol.asyncDispose]()
  })

  const inPage = async (look: (page: Page) => Promise<void>): Promise<void> => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await look(page)
    await page.close()
    expect(complaints).toEqual([])
  }
  const table = screens.map((screen): [string, Screen] => [screen.name, screen])

  it.each(table)('%s can be seen and used in all colours, and twice as large', (_name, screen) =>
    inPage(async (page) => {
      await reachScreen(page, screen, made)
      const nothing = { light: [], dark: [], forced: [], zoomed: [] }
      expect(await lookAtColoursAndZoom(page)).toEqual(nothing)
    }),
  )

  describe('in a language whose words are two fifths longer', () => {
    it.each(table)('%s shows them whole', (_name, screen) =>
      inPage(async (page) => {
        await reachScreen(page, screen, { address: made.address, isStretched: true })
        expect(await lookAtLongWords(page)).toEqual({ usual: [], narrow: [] })
      }),
    )
  })
}
