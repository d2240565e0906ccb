import type { Screen } from './screen.ts'
import type { Steps } from './steps.ts'

/** A compaction of all images, at its page, when it is over. */
async function compactAll(at: Steps): Promise<void> {
  await at.command('library.compactAll')
  await at.startButton.click()
  await at.page.locator('.batch-results').waitFor()
}

/** Work on some images that differ, at its page, when it is over. */
const ofSome = (name: string, command: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.selectSome()
    await at.command(command)
    await at.startButton.click()
    await at.page.locator('.batch-comparison').waitFor({ timeout: 30_000 })
    await then?.(at)
  },
})

const drawerOf = (name: string, query: string, reach?: Screen['reach']): Screen => ({
  name,
  query: `drawer&${query}`,
  ...(reach !== undefined && { reach }),
})

/** Other pages than the list, and the drawer below all of them. */
export const pageScreens: readonly Screen[] = [
  {
    name: 'chains',
    reach: async (at) => {
      await at.view('Backing chains')
      await at.page.getByRole('tree').focus()
      await at.page.keyboard.press('ArrowRight')
    },
  },
  {
    name: 'chains-broken',
    reach: async (at) => {
      await at.view('Backing chains')
      await at.page.locator('.chain-page [role=checkbox], main [role=checkbox]').first().click()
    },
  },
  {
    name: 'chains-list',
    reach: async (at) => {
      await at.view('Backing chains')
      await at.page.locator('main .segmented-item').nth(1).click()
    },
  },
  {
    name: 'chains-none',
    query: 'library=&rows=2',
    reach: async (at) => {
      await at.view('Backing chains')
      await at.page.locator('.empty-state').waitFor()
    },
  },
  {
    name: 'history',
    reach: async (at) => {
      await at.command('view.history')
      await at.page.locator('.job-entry summary').first().click()
    },
  },
  {
    name: 'history-none',
    query: 'library=&rows=0',
    reach: async (at) => {
      await at.command('view.history')
      await at.page.locator('.empty-state').waitFor()
    },
  },
  {
    name: 'batch-running',
    query: 'pace=1000',
    reach: compactAll,
  },
  {
    name: 'batch-paused',
    query: 'pace=1000&drawer',
    reach: async (at) => {
      await compactAll(at)
      await at.find('button', /^Pause/, at.page.locator('.batch-header')).click()
    },
  },
  {
    name: 'batch-ended',
    reach: async (at) => {
      await compactAll(at)
      await at.page.locator('.batch-comparison').waitFor({ timeout: 30_000 })
    },
  },
  ofSome('batch-checked', 'image.check'),
  ofSome('batch-result', 'image.check', async (at) => {
    await at.button(/^Show.*ledger/)
    await at.dialog.waitFor()
  }),
  ofSome('batch-repaired', 'image.repair'),
  ofSome('batch-hashed', 'image.hash'),
  ofSome('undo-batch', 'image.repair', async (at) => {
    await at.command('image.undoBatch')
    await at.startButton.waitFor()
  }),
  { name: 'image-window', query: 'image=2' },
  { name: 'image-window-damaged', query: 'image=8' },
  { name: 'image-window-gone', query: 'image=999' },
  {
    name: 'image-window-work',
    query: 'image=1&work',
    reach: (at) => at.command('view.tab.details'),
  },
  drawerOf('activity', 'work'),
  drawerOf('activity-none', ''),
  drawerOf('activity-batch', 'pace=1000', async (at) => {
    await compactAll(at)
    await at.command('view.library')
  }),
]
