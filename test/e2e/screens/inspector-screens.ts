import type { Screen } from './screen.ts'
import type { Steps } from './steps.ts'

const tab = (name: string, image: string, id: string, then?: Screen['reach']): Screen => ({
  name: `inspector-${name}`,
  reach: async (at) => {
    await at.inspect(image, id)
    await then?.(at)
  },
})

const snapshotsAsTree = async (at: Steps): Promise<void> => {
  await at.page.locator('.inspector .segmented-item').nth(1).click()
  await at.page.getByRole('treeitem').first().click()
}

/** The inspector's tabs, on images of which each looks different there. */
export const inspectorScreens: readonly Screen[] = [
  tab('overview', 'web01.qcow2', 'overview'),
  tab('overview-in-use', 'db-primary.qcow2', 'overview'),
  tab('overview-damaged', 'ledger.qcow2', 'overview'),
  tab('overview-missing', 'archive-2024.qcow2', 'overview'),
  tab('overview-unreadable', 'torn.qcow2', 'overview'),
  tab('overview-raw', 'installer.img', 'overview'),
  tab('overview-no-format', 'old-server-backup.bin', 'overview'),
  tab('overview-foreign', 'windows-11.vmdk', 'overview'),
  tab('overview-long-name', 'ci-runner', 'overview'),
  {
    name: 'inspector-work',
    query: 'work',
    reach: (at) => at.inspect('base-debian-12.qcow2', 'overview'),
  },
  {
    name: 'inspector-many',
    reach: async (at) => {
      await at.row('crashed.qcow2').click()
      await at.row('mail.qcow2').click({ modifiers: ['Shift'] })
      await at.command('view.tab.overview')
    },
  },
  tab('map', 'web01.qcow2', 'map'),
  tab('map-none', 'db-primary.qcow2', 'map'),
  tab('snapshots', 'web01.qcow2', 'snapshots'),
  tab('snapshots-tree', 'web01.qcow2', 'snapshots', snapshotsAsTree),
  tab('snapshots-none', 'mail.qcow2', 'snapshots'),
  tab('snapshots-foreign', 'installer.img', 'snapshots'),
  tab('chain', 'web02.qcow2', 'chain'),
  tab('chain-broken', 'overlay-lost.qcow2', 'chain'),
  tab('chain-alone', 'mail.qcow2', 'chain'),
  tab('history', 'ledger.qcow2', 'history', (at) =>
    at.page.locator('.job-entry summary').first().click(),
  ),
  tab('details', 'web01.qcow2', 'details'),
]
