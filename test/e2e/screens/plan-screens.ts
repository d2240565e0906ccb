import type { Screen } from './screen.ts'
import type { Steps } from './steps.ts'

const plan = (name: string, image: string, command: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.plan(image, command)
    await then?.(at)
  },
})

/** A size typed, and the plan that comes of it. */
const resize = (name: string, image: string, size: string, then?: Screen['reach']): Screen => ({
  name: `resize-${name}`,
  reach: async (at) => {
    await at.on(image, 'image.resize')
    await typed(size)(at)
    await then?.(at)
  },
})

/** Types into the first field, and waits for the plan that comes of it. */
const typed = (text: string) => async (at: Steps) => {
  await at.dialog.getByRole('textbox').first().fill(text)
  await at.planned()
}

const snapshotOf = (
  verb: 'Apply' | 'Delete' | 'Rename',
  name = verb.toLowerCase(),
  then?: Screen['reach'],
): Screen => ({
  name: `snapshot-${name}`,
  reach: async (at) => {
    await at.inspect('web01.qcow2', 'snapshots')
    await at.button(new RegExp(`^${verb} .*clean install`))
    if (verb === 'Rename') await at.dialog.getByRole('textbox').first().fill('first boot')
    await at.planned()
    await then?.(at)
  },
})

const renaming = (name: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.on('web02.qcow2', 'image.rename')
    await typed('web02-retired.qcow2')(at)
    await then?.(at)
  },
})

const moving = (name: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.on('web02.qcow2', 'image.move')
    await at.dialog.getByRole('radio').last().click()
    await at.planned()
    await then?.(at)
  },
})

const relinking = (name: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.on('overlay-lost.qcow2', 'image.relink')
    await at.dialog.getByRole('radio').first().click()
    await at.planned()
    await then?.(at)
  },
})

const undoing = (name: string, then?: Screen['reach']): Screen => ({
  name,
  reach: async (at) => {
    await at.command('image.undo')
    await at.planned()
    await then?.(at)
  },
})

/** Dialogs with a plan: what each would do, what stands against it, its work and its receipt. */
export const planScreens: readonly Screen[] = [
  resize('grow', 'mail.qcow2', '+20G'),
  resize('shrink', 'old-small.qcow2', '90 %'),
  {
    name: 'resize-floor',
    reach: async (at) => {
      await at.on('mail.qcow2', 'image.resize')
      // What cannot be is not planned.
      await at.dialog.getByRole('textbox').first().fill('25%')
      await at.dialog.locator('.disk-handle-impossible').waitFor({ state: 'attached' })
    },
  },
  resize('receipt', 'mail.qcow2', '+20G', (at) => at.carryOut()),
  plan('compact', 'build-cache.qcow2', 'image.compact'),
  plan('compact-little', 'old-small.qcow2', 'image.compact'),
  plan('compact-raw', 'installer.img', 'image.compact'),
  {
    name: 'compact-looking',
    query: 'pace=1000',
    reach: async (at) => {
      await at.on('build-cache.qcow2', 'image.compact')
      await at.dialog.locator('.preflight').waitFor()
    },
  },
  {
    name: 'compact-running',
    query: 'work&pace=10',
    reach: async (at) => {
      await at.plan('build-cache.qcow2', 'image.compact')
      await at.startButton.click()
      await at.dialog.locator('.plan-work, .receipt').waitFor()
    },
  },
  plan('compact-in-use', 'db-primary.qcow2', 'image.compact'),
  plan('compact-queued', 'db-primary.qcow2', 'image.compact', async (at) => {
    await at.button('Queue until it is free', at.dialog)
    await at.page.locator('.toast').waitFor()
  }),
  {
    name: 'compact-failed',
    query: 'fails',
    reach: async (at) => {
      await at.plan('build-cache.qcow2', 'image.compact')
      await at.carryOut()
    },
  },
  plan('compact-receipt', 'build-cache.qcow2', 'image.compact', (at) => at.carryOut()),
  plan('repair-leaks', 'build-cache.qcow2', 'image.repair'),
  plan('repair-damaged', 'ledger.qcow2', 'image.repair', async (at) => {
    await at.dialog.getByRole('checkbox').first().click()
    await at.dialog.locator('.repair-lost summary').click()
    await at.planned()
  }),
  plan('repair-copy', 'ledger.qcow2', 'image.repair', async (at) => {
    await at.dialog.locator('.segmented-item').nth(1).click()
    await at.planned()
  }),
  plan('repair-receipt', 'build-cache.qcow2', 'image.repair', async (at) => {
    await at.carryOut()
    await at.dialog.locator('.check-verdict').last().waitFor()
  }),
  plan('repair-receipt-left', 'ledger.qcow2', 'image.repair', (at) => at.carryOut()),
  plan('snapshot-take-receipt', 'web01.qcow2', 'image.takeSnapshot', (at) => at.carryOut()),
  plan('snapshot-take', 'web01.qcow2', 'image.takeSnapshot'),
  snapshotOf('Apply'),
  snapshotOf('Delete'),
  snapshotOf('Rename'),
  snapshotOf('Apply', 'apply-receipt', (at) => at.carryOut()),
  renaming('rename'),
  renaming('rename-receipt', (at) => at.carryOut()),
  moving('move'),
  moving('move-receipt', (at) => at.carryOut()),
  {
    name: 'move-many',
    reach: async (at) => {
      await at.row('crashed.qcow2').click()
      await at.row('mail.qcow2').click({ modifiers: ['Shift'] })
      await at.command('image.move')
      await at.dialog.getByRole('radio').last().click()
      await at.dialog.locator('.file-headline').waitFor()
    },
  },
  plan('trash', 'scratch.qcow2', 'image.trash'),
  plan('trash-receipt', 'scratch.qcow2', 'image.trash', (at) => at.carryOut()),
  plan('trash-with-overlays', 'base-debian-12.qcow2', 'image.trash'),
  {
    name: 'trash-many',
    reach: async (at) => {
      await at.row('crashed.qcow2').click()
      await at.row('mail.qcow2').click({ modifiers: ['Shift'] })
      await at.command('image.trash')
      await at.dialog.waitFor()
    },
  },
  relinking('relink'),
  relinking('relink-receipt', (at) => at.carryOut()),
  undoing('undo'),
  undoing('undo-receipt', (at) => at.carryOut()),
  {
    name: 'new-image',
    reach: async (at) => {
      await at.command('library.newImage')
      await typed('web03')(at)
    },
  },
  {
    name: 'new-image-receipt',
    reach: async (at) => {
      await at.command('library.newImage')
      await typed('web03')(at)
      await at.carryOut()
    },
  },
  {
    name: 'new-image-advanced',
    reach: async (at) => {
      await at.command('library.newImage')
      await typed('web03')(at)
      await at.dialog.locator('.disclosure summary').first().click()
    },
  },
  {
    name: 'new-image-base',
    reach: async (at) => {
      await at.command('library.newImage')
      await at.button('Choose a base…', at.dialog)
      await at.page.locator('.image-choice').first().waitFor()
    },
  },
  {
    name: 'new-image-base-chosen',
    reach: async (at) => {
      await at.command('library.newImage')
      await at.button('Choose a base…', at.dialog)
      // The list goes, and what it means to be a base is seen.
      await at.page.locator('.image-choice').first().click()
      await at.page.locator('.create-bases').waitFor({ state: 'detached' })
      await at.planned()
    },
  },
  {
    name: 'new-overlay',
    reach: async (at) => {
      await at.on('base-debian-12.qcow2', 'image.createOverlay')
      await at.planned()
    },
  },
]
