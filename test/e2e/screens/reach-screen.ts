import type { Page } from 'playwright-core'
import { whenStill } from '../window.ts'
import { queryOf, type Screen } from './screen.ts'
import { Steps } from './steps.ts'

export interface ReachOptions {
  readonly address: (query: string) => string
  /** In the made-up language, whose texts are two fifths longer. */
  readonly isStretched?: boolean
}

/** Opens the window and goes to the screen; ends when nothing moves any more. */
export async function reachScreen(
  page: Page,
  screen: Screen,
  { address, isStretched = false }: ReachOptions,
): Promise<void> {
  page.setDefaultTimeout(20_000)
  const language = isStretched ? '&language=en-XA' : ''
  await page.goto(address(`${queryOf(screen)}${language}`))
  await page.locator('h1, h2').first().waitFor()
  await screen.reach?.(new Steps(page, isStretched))
  // Parts that come when they are first shown.
  await page.waitForFunction(() => {
    const parts = [...document.querySelectorAll('main, .inspector-panel, [role=dialog]')]
    const hasInspector = document.querySelector('.inspector-pane') !== null
    return (
      parts.every(({ childElementCount }) => childElementCount > 0) &&
      (!hasInspector || document.querySelector('.inspector h2') !== null)
    )
  })
  await whenStill(page)
}
