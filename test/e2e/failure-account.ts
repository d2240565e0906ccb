import type { Page } from 'playwright-core'
import { afterEach } from 'vitest'
import { runningApps } from './hosts.ts'

/**
 * When a test fails, prints what the windows show, as a screen reader would tell it, and leaves the dialogs that the
 * test left open: one flow that stands still says why, and does not take those after it along.
 */
export function accountForFailures(): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const { kind, page, complaints } of runningApps) {
      const shown = await page.locator('body').ariaSnapshot({ timeout: 5000 }).catch(String)
      console.error(`"${task.name}" failed; the window on ${kind} shows:\n${shown}`)
      if (complaints.length > 0) console.error(`It complained: ${complaints.join('\n')}`)
      await leaveDialogs(page)
    }
  })
}

/** More than are ever open above one another. */
const mostDialogs = 4

async function leaveDialogs(page: Page): Promise<void> {
  for (let left = 0; left < mostDialogs; left += 1) {
    await page.keyboard.press('Escape').catch(() => undefined)
  }
}
