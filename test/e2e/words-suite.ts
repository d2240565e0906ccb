/**
 * Every screen (screens.ts) in what people may have: the other theme, their own colours, larger text, longer words. A
 * look takes seconds: `npm test` takes every fortieth screen, each in another way; `npm run test:all` each in every way.
 */
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { someOf } from '../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { buildMadeUpWindow, openMadeUpWindow, type MadeUpWindow } from './made-up-window.ts'
import { screens } from './screens.ts'
import { usualSize, ways } from './screens/look-at-screen.ts'
import { reachScreen } from './screens/reach-screen.ts'
import { isShown } from './window.ts'

const everyLook = screens.flatMap((screen) =>
  ways.map((way) => ({ screen, way, name: `${screen.name}, ${way.name}` })),
)
// One more than forty screens have: each one that is taken is looked at in the next way.
const looks = someOf(everyLook, { oneIn: 40 * ways.length + 1 })

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

  it.each(looks)('$name, can be read and used', async ({ screen, way }) => {
    const page = await context.newPage()
    const found: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') found.push(message.text())
    })
    page.on('pageerror', (error) => found.push(error.message))
    await reachScreen(page, screen, {
      address: made.address,
      isStretched: way.isStretched === true,
    })
    found.push(...(await way.look(page)))
    await page.close()
    expect(found).toEqual([])
  })

  it('says so when a part of the window does not come, and can be loaded again', async () => {
    const page = await context.newPage()
    const part = '**/assets/history-page*'
    await page.route(part, (route) => route.abort())
    await page.goto(made.address(''))
    const history = page.getByRole('button', { name: 'History', exact: true })
    await history.click()
    await page.getByText('This window cannot be shown').waitFor()
    await page.unroute(part)
    await page.getByRole('button', { name: 'Load the window again' }).click()
    await history.click()
    expect(await isShown(page.getByRole('radio', { name: 'Checksums' }))).toBe(true)
    await page.close()
  })
}
