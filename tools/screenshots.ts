/**
 * Pictures of every screen of the window (test/e2e/screens.ts) in both themes and several sizes, with what the console
 * said of each. What the tests say of them: test/e2e/words-suite.ts.
 *
 *   node tools/screenshots.ts [--out FOLDER] [--only NAME[,NAME]] [--size WxH[,WxH]] [--theme light|dark]
 *                             [--language en-XA] [--built FOLDER]
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import {
  buildMadeUpWindow,
  openMadeUpWindow,
  type MadeUpWindow,
} from '../test/e2e/made-up-window.ts'
import { screens } from '../test/e2e/screens.ts'
import { reachScreen } from '../test/e2e/screens/reach-screen.ts'
import type { Screen } from '../test/e2e/screens/screen.ts'
import { whenStill } from '../test/e2e/window.ts'

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/screenshots' },
    only: { type: 'string' },
    size: { type: 'string', default: '1600x900,1280x800,900x700' },
    theme: { type: 'string' },
    language: { type: 'string' },
    built: { type: 'string' },
  },
})
const wanted = options.only?.split(',')
const folder = options.built ?? fileURLToPath(new URL('../dist/design', import.meta.url))

if (options.built === undefined) await buildMadeUpWindow(folder)
const window = await openMadeUpWindow(folder)
const themes: readonly Theme[] =
  options.theme === undefined ? ['light', 'dark'] : [options.theme === 'dark' ? 'dark' : 'light']
let problemCount = 0
try {
  await mkdir(options.out, { recursive: true })
  for (const size of options.size.split(',')) problemCount += await lookAtAll(window, size)
} finally {
  await window.close()
}
if (problemCount > 0) process.exitCode = 1
else console.log('screenshots: no problem was found')

type Theme = 'light' | 'dark'

/** Answers with the number of problems: console errors, steps that did not work. */
async function lookAtAll({ browser, address }: MadeUpWindow, size: string): Promise<number> {
  const [width = 1280, height = 800] = size.split('x').map(Number)
  const context = await browser.newContext({ viewport: { width, height } })
  let found = 0
  for (const screen of screens) {
    if (wanted !== undefined && !wanted.includes(screen.name)) continue
    const problems = await look(await context.newPage(), screen, { address, size })
    for (const problem of problems) console.error(`${screen.name}-${size}: ${problem}`)
    found += problems.length
  }
  await context.close()
  return found
}

async function look(
  page: Page,
  screen: Screen,
  { address, size }: Pick<MadeUpWindow, 'address'> & { readonly size: string },
): Promise<readonly string[]> {
  const found: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => found.push(`page: ${error.message}`))
  try {
    await reachScreen(page, screen, {
      address,
      ...(options.language === 'en-XA' && { isStretched: true }),
    })
  } catch (error) {
    found.push(`step: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await whenStill(page)
    await page.screenshot({ path: join(options.out, `${screen.name}-${theme}-${size}.png`) })
  }
  await page.close()
  return found
}
