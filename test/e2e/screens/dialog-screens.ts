import type { Screen } from './screen.ts'

const by = (name: string, command: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.command(command)
    await at.dialog.waitFor()
    await then?.(at)
  },
})

const web = (screen: Screen): Screen => ({ ...screen, query: 'host=web' })

/** Dialogs that change no image. */
export const dialogScreens: readonly Screen[] = [
  by('palette', 'view.palette'),
  by('palette-words', 'view.palette', (at) => at.dialog.locator('input').fill('web')),
  by('palette-nothing', 'view.palette', (at) => at.dialog.locator('input').fill('no such thing')),
  by('shortcuts', 'view.shortcuts'),
  by('settings', 'view.settings'),
  by('settings-end', 'view.settings', (at) =>
    at.dialog.locator('.dialog-body').evaluate((body) => body.scrollTo(0, body.scrollHeight)),
  ),
  by('about', 'view.about'),
  web(by('browse', 'library.addFolder', (at) => at.dialog.getByText('/srv/vm').click())),
  web(
    by('add-folder', 'library.addFolder', async (at) => {
      await at.dialog.getByText('/srv/vm').click()
      await at.dialog.locator('.dialog-footer .button-primary').click()
      await at.dialog.locator('.checkbox').first().waitFor()
    }),
  ),
  {
    name: 'remove-images',
    reach: async (at) => {
      await at.row('crashed.qcow2').click()
      await at.row('mail.qcow2').click({ modifiers: ['Shift'] })
      await at.command('library.remove')
      await at.dialog.waitFor()
    },
  },
  {
    name: 'remove-folder',
    reach: async (at) => {
      await at.openSidebar()
      await at.page.locator('.sidebar-more').first().click()
      await at.find('menuitem', 'Remove from library…').click()
      await at.dialog.waitFor()
    },
  },
  {
    name: 'weekly-check',
    reach: async (at) => {
      await at.openSidebar()
      await at.page.locator('.sidebar-more').first().click()
      await at.find('menuitem', 'Weekly check…').click()
      await at.dialog.waitFor()
    },
  },
  {
    name: 'trust-links',
    reach: async (at) => {
      await at.on('borrowed.qcow2', 'image.trustLinks')
      await at.dialog.waitFor()
    },
  },
  {
    name: 'treat-as-raw',
    reach: async (at) => {
      await at.on('old-server-backup.bin', 'image.treatAsRaw')
      await at.dialog.waitFor()
    },
  },
  {
    name: 'locate',
    reach: async (at) => {
      await at.on('archive-2024.qcow2', 'image.locate')
      await at.dialog.getByRole('radio').first().click()
    },
  },
  {
    name: 'hash',
    reach: async (at) => {
      await at.on('web01.qcow2', 'image.hash')
      await at.dialog.waitFor()
    },
  },
  {
    name: 'hash-done',
    reach: async (at) => {
      await at.on('web02.qcow2', 'image.hash')
      await at.startButton.click()
      await at.dialog.locator('.hash-digest').waitFor()
    },
  },
  {
    name: 'job-log',
    query: 'work&drawer',
    reach: async (at) => {
      await at.button(/^Log: /)
      await at.dialog.waitFor()
    },
  },
  {
    name: 'error',
    reach: async (at) => {
      // What this made-up world cannot do.
      await at.on('web01.qcow2', 'image.openWindow')
      await at.dialog.waitFor()
    },
  },
  by('batch-plan', 'library.checkAll', (at) => at.startButton.waitFor()),
  by('batch-plan-compact', 'library.compactAll', (at) => at.startButton.waitFor()),
  {
    name: 'batch-plan-repair',
    reach: async (at) => {
      await at.selectSome()
      await at.command('image.repair')
      await at.startButton.waitFor()
    },
  },
  {
    name: 'toast',
    reach: async (at) => {
      await at.on('web01.qcow2', 'image.copyPath')
      await at.page.locator('.toast').waitFor()
    },
  },
]
