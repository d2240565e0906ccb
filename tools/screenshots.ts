/**
 * Looks at every screen of the window over made-up data (renderer/fake.html): pictures in both themes and
 * three sizes, and axe's verdict on each.
 *
 *   node tools/screenshots.ts [--out FOLDER] [--only NAME[,NAME]] [--size WxH] [--built FOLDER]
 */
import { AxeBuilder } from '@axe-core/playwright'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { build } from 'vite'

interface Screen {
  readonly name: string
  /** Parameters of fake.html; renderer/fake/main.tsx lists them. */
  readonly query?: string
  readonly prepare?: (page: Page) => Promise<void>
}

const row = (page: Page, index: number) => page.locator('[role=row][data-image-id]').nth(index)
const pressOn = async (page: Page, keys: string): Promise<void> => {
  await page.locator('[role=grid]').focus()
  await page.keyboard.press(keys)
}
const tab = (name: string): Screen => ({
  name: `inspector-${name.toLowerCase()}`,
  prepare: async (page) => {
    await row(page, 1).click()
    const opener = page.getByRole('button', { name: 'Show the inspector' })
    if (await opener.isVisible()) await opener.click()
    await page.getByRole('tab', { name }).click()
  },
})

/** The dialog with a size typed, once its plan is there. */
const resizeTo = (name: string, size: string, index = 4): Screen => ({
  name: `resize-${name}`,
  prepare: async (page) => {
    await row(page, index).click()
    await pressOn(page, 'Control+r')
    await page.getByLabel('New size', { exact: true }).fill(size)
    await page.waitForTimeout(900)
  },
})

const compactOf = (name: string, index: number, afterMs: number): Screen => ({
  name,
  prepare: async (page) => {
    await row(page, index).click()
    await pressOn(page, 'Control+m')
    await page.waitForTimeout(afterMs)
  },
})

/** A compaction of some images of the list, at the moment that `until` waits for. */
const batchOf = (name: string, until: (page: Page) => Promise<void>): Screen => ({
  name,
  query: 'rows=12&drawer',
  prepare: async (page) => {
    await pressOn(page, 'Control+k')
    await page.keyboard.type('Compact all images in the list')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Compact \d+ images$/ }).click()
    await page.locator('.batch-results').waitFor()
    await page.waitForTimeout(2500)
    await until(page)
  },
})

/** Leaves the images of one health in the list and selects the first. */
const chooseHealth = async (page: Page, health: string): Promise<void> => {
  await page.getByRole('toolbar').getByRole('button', { name: 'Health', exact: true }).click()
  await page.getByRole('menuitemcheckbox', { name: health }).click()
  await page.keyboard.press('Escape')
  await row(page, 0).click()
}
/** Runs a command of the palette by its words. */
const run = async (page: Page, command: string): Promise<void> => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(command)
  await page.getByRole('option', { name: command }).first().click()
}
/** A dialog is looked at once its plan is there. */
const planned = (page: Page): Promise<void> =>
  page.locator('.preflight-list:not([aria-busy=true])').first().waitFor()
/** Shows the snapshots of an image that has some. */
const snapshots = async (page: Page): Promise<void> => {
  await row(page, 2).click()
  await run(page, 'Manage snapshots')
}

/** A view of the sidebar, which a narrow window keeps behind a button. */
async function view(page: Page, name: string): Promise<void> {
  const views = page.getByRole('button', { name: 'Folders and views' })
  if (await views.isVisible()) await views.click()
  await page.getByRole('navigation').getByRole('button', { name }).click()
}

const screens: readonly Screen[] = [
  { name: 'library' },
  {
    name: 'library-sideways',
    prepare: async (page) => {
      await row(page, 2).click()
      await page.getByRole('grid').evaluate((grid) => {
        grid.scrollLeft = 330
      })
    },
  },
  { name: 'library-selected', prepare: (page) => row(page, 2).click() },
  {
    name: 'library-many',
    prepare: async (page) => {
      await row(page, 1).click()
      await row(page, 6).click({ modifiers: ['Shift'] })
    },
  },
  { name: 'library-compact', query: 'density=compact' },
  {
    name: 'library-filtered-empty',
    prepare: (page) => page.getByLabel('Filter by name or folder').fill('no such image'),
  },
  {
    name: 'row-menu',
    prepare: (page) => row(page, 2).click({ button: 'right' }),
  },
  {
    name: 'columns-menu',
    prepare: (page) => page.getByRole('button', { name: 'Columns and density' }).click(),
  },
  {
    name: 'health-filter',
    prepare: (page) =>
      page.getByRole('toolbar').getByRole('button', { name: 'Health', exact: true }).click(),
  },
  { name: 'palette', prepare: (page) => page.keyboard.press('Control+k') },
  {
    name: 'palette-words',
    prepare: async (page) => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('web')
    },
  },
  { name: 'shortcuts', prepare: (page) => page.keyboard.press('Control+/') },
  { name: 'settings', prepare: (page) => page.keyboard.press('Control+,') },
  { name: 'about', prepare: (page) => page.keyboard.press('F1') },
  {
    name: 'browse',
    query: 'host=web',
    prepare: async (page) => {
      await page.keyboard.press('Control+Shift+o')
      await page.getByRole('dialog').getByText('/srv/vm').click()
    },
  },
  {
    name: 'add-folder',
    query: 'host=web',
    prepare: async (page) => {
      await page.keyboard.press('Control+Shift+o')
      await page.getByRole('dialog').getByText('/srv/vm').click()
      await page.getByRole('button', { name: 'Add this folder…' }).click()
    },
  },
  {
    name: 'remove-images',
    prepare: async (page) => {
      await row(page, 1).click()
      await row(page, 3).click({ modifiers: ['Shift'] })
      await pressOn(page, 'Shift+Delete')
    },
  },
  {
    name: 'trust-links',
    prepare: async (page) => {
      await page.getByLabel('Filter by name or folder').fill('qcow2')
      await page.getByRole('toolbar').getByRole('button', { name: 'Health', exact: true }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Untrusted links' }).click()
      await page.keyboard.press('Escape')
      await row(page, 0).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Trust links…' }).click()
    },
  },
  {
    name: 'sidebar-over',
    prepare: async (page) => {
      const views = page.getByRole('button', { name: 'Folders and views' })
      if (await views.isVisible()) await views.click()
    },
  },
  { name: 'first-run', query: 'rows=0' },
  { name: 'refused', query: 'connection=refused' },
  { name: 'lost', query: 'connection=lost&notice' },
  tab('Overview'),
  tab('Map'),
  tab('Snapshots'),
  tab('Chain'),
  tab('History'),
  tab('Details'),
  {
    name: 'batch-plan',
    prepare: (page) => page.getByRole('button', { name: 'Check all' }).click(),
  },
  batchOf('batch-paused', async (page) => {
    await page
      .locator('.batch-header')
      .getByRole('button', { name: /^Pause/ })
      .click()
  }),
  batchOf('batch-ended', async (page) => {
    await page.locator('.batch-comparison').waitFor({ timeout: 30_000 })
  }),
  {
    name: 'job-log',
    query: 'drawer',
    prepare: async (page) => {
      await row(page, 1).click()
      await pressOn(page, 'Control+Shift+c')
      await page
        .getByRole('button', { name: /^Log: / })
        .first()
        .click()
    },
  },
  {
    name: 'weekly-check',
    prepare: async (page) => {
      const views = page.getByRole('button', { name: 'Folders and views' })
      if (await views.isVisible()) await views.click()
      await page
        .getByRole('button', { name: /^Actions for / })
        .first()
        .click()
      await page.getByRole('menuitem', { name: 'Weekly check…' }).click()
    },
  },
  {
    name: 'activity',
    query: 'drawer',
    prepare: async (page) => {
      await row(page, 1).click()
      await pressOn(page, 'Control+Shift+c')
    },
  },
  {
    name: 'hash',
    prepare: async (page) => {
      await row(page, 1).click()
      await pressOn(page, 'Control+h')
    },
  },
  resizeTo('grow', '+20G'),
  resizeTo('shrink', '90 %'),
  resizeTo('floor', '25%'),
  resizeTo('unknown', '90%', 2),
  {
    name: 'new-image',
    prepare: async (page) => {
      await pressOn(page, 'Control+n')
      await page.getByLabel('Name', { exact: true }).fill('web01')
      await page.waitForTimeout(600)
    },
  },
  {
    name: 'new-image-advanced',
    prepare: async (page) => {
      await pressOn(page, 'Control+n')
      await page.getByText('Advanced').click()
      await page.waitForTimeout(600)
    },
  },
  {
    name: 'new-overlay',
    prepare: async (page) => {
      await row(page, 4).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Create overlay…' }).click()
      await page.waitForTimeout(600)
    },
  },
  {
    name: 'resize-long-words',
    query: 'language=en-XA',
    prepare: async (page) => {
      await row(page, 4).click()
      await pressOn(page, 'Control+r')
      await page.getByRole('dialog').getByRole('textbox').first().fill('+20G')
      await page.waitForTimeout(900)
    },
  },
  {
    name: 'compact-long-words',
    query: 'language=en-XA',
    prepare: async (page) => {
      await row(page, 4).click()
      await pressOn(page, 'Control+m')
      await page.waitForTimeout(2200)
    },
  },
  {
    name: 'resize-receipt',
    prepare: async (page) => {
      await row(page, 4).click()
      await pressOn(page, 'Control+r')
      await page.getByLabel('New size', { exact: true }).fill('+20G')
      await page.waitForTimeout(900)
      await page.getByRole('button', { name: 'Grow to 84 GiB' }).click()
      await page.waitForTimeout(2900)
    },
  },
  {
    name: 'compact-running',
    prepare: async (page) => {
      await row(page, 4).click()
      await pressOn(page, 'Control+m')
      await page.waitForTimeout(1800)
      await page.getByRole('button', { name: /^Compact, frees/ }).click()
      await page.waitForTimeout(800)
    },
  },
  compactOf('compact', 4, 2200),
  compactOf('compact-looking', 4, 700),
  compactOf('compact-little', 8, 2200),
  {
    name: 'repair-leaks',
    prepare: async (page) => {
      await chooseHealth(page, 'Leaks')
      await run(page, 'Repair…')
      await planned(page)
    },
  },
  {
    name: 'repair-damaged',
    prepare: async (page) => {
      await chooseHealth(page, 'Damaged')
      await run(page, 'Repair…')
      await planned(page)
      await page.getByRole('checkbox', { name: /3 entries refer/ }).click()
      await page.locator('.repair-lost summary').click()
      await page.getByLabel(/^Type .* to agree/).waitFor()
      await planned(page)
    },
  },
  {
    name: 'snapshots-tree',
    prepare: async (page) => {
      await snapshots(page)
      await page.getByRole('radio', { name: 'Tree' }).click()
      await page.getByRole('treeitem').first().click()
    },
  },
  { name: 'snapshots-list', prepare: snapshots },
  {
    name: 'snapshot-take',
    prepare: async (page) => {
      await snapshots(page)
      await page.getByRole('button', { name: 'Take snapshot…' }).click()
      await planned(page)
    },
  },
  ...(['Apply', 'Delete', 'Rename'] as const).map((verb): Screen => ({
    name: `snapshot-${verb.toLowerCase()}`,
    prepare: async (page) => {
      await snapshots(page)
      await page.getByRole('button', { name: `${verb} clean install` }).click()
      if (verb === 'Rename') await page.getByRole('textbox', { name: 'Name' }).fill('first boot')
      await planned(page)
    },
  })),
  {
    name: 'rename',
    prepare: async (page) => {
      await row(page, 2).click()
      await pressOn(page, 'F2')
      await page.getByLabel('New name').fill('mail-server.img')
      await planned(page)
    },
  },
  {
    name: 'move',
    prepare: async (page) => {
      await row(page, 2).click()
      await run(page, 'Move to…')
      await page.getByRole('radio', { name: '/mnt/backup/archive' }).click()
      await planned(page)
    },
  },
  {
    name: 'trash',
    prepare: async (page) => {
      await row(page, 2).click()
      await pressOn(page, 'Delete')
      await planned(page)
    },
  },
  {
    name: 'trash-many',
    prepare: async (page) => {
      await row(page, 1).click()
      await row(page, 6).click({ modifiers: ['Shift'] })
      await pressOn(page, 'Delete')
      await page.getByRole('dialog').getByText('on disk').waitFor()
    },
  },
  {
    name: 'relink',
    prepare: async (page) => {
      await chooseHealth(page, 'Untrusted links')
      await run(page, 'Change backing file…')
      await page.getByRole('dialog').getByRole('radio').first().click()
      await planned(page)
    },
  },
  {
    name: 'undo',
    prepare: async (page) => {
      await page.keyboard.press('Control+z')
      await planned(page)
    },
  },
  {
    name: 'receipt',
    prepare: async (page) => {
      await chooseHealth(page, 'Leaks')
      await run(page, 'Repair…')
      await planned(page)
      await page.getByRole('button', { name: /^Repair with/ }).click()
      await page.locator('.receipt').waitFor()
      await page.locator('.check-verdict').last().waitFor()
    },
  },
  {
    name: 'settings-undo',
    prepare: async (page) => {
      await page.keyboard.press('Control+,')
      await page
        .getByRole('region', { name: 'Changes that can be undone' })
        .scrollIntoViewIfNeeded()
    },
  },
  { name: 'orphans', prepare: (page) => view(page, 'Orphans') },
  { name: 'big-savings', prepare: (page) => view(page, 'Big savings') },
  {
    name: 'use-filter',
    prepare: (page) =>
      page.getByRole('toolbar').getByRole('button', { name: 'Use', exact: true }).click(),
  },
  {
    name: 'chains',
    prepare: async (page) => {
      await view(page, 'Backing chains')
      await page.getByRole('tree').focus()
      await page.keyboard.press('ArrowRight')
    },
  },
  {
    name: 'chains-broken',
    prepare: async (page) => {
      await view(page, 'Backing chains')
      await page.getByRole('checkbox', { name: 'Broken links only' }).click()
      await page.getByRole('tree').focus()
    },
  },
  {
    name: 'chains-list',
    prepare: async (page) => {
      await view(page, 'Backing chains')
      await page.getByRole('radio', { name: 'List' }).click()
    },
  },
  {
    name: 'chain-family',
    prepare: async (page) => {
      await page.getByRole('toolbar').getByRole('button', { name: 'Use', exact: true }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Has overlays' }).click()
      await page.keyboard.press('Escape')
      await row(page, 1).click()
      const opener = page.getByRole('button', { name: 'Show the inspector' })
      if (await opener.isVisible()) await opener.click()
      await page.getByRole('tab', { name: 'Chain' }).click()
      await page.getByRole('tree').waitFor()
    },
  },
  {
    name: 'locate',
    prepare: async (page) => {
      await view(page, 'Missing')
      await row(page, 0).click()
      await run(page, 'Locate…')
      await page.getByRole('dialog').getByRole('radio').first().click()
    },
  },
  {
    name: 'history',
    prepare: async (page) => {
      const views = page.getByRole('button', { name: 'Folders and views' })
      if (await views.isVisible()) await views.click()
      await page.getByRole('navigation').getByRole('button', { name: 'History' }).click()
    },
  },
]

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/screenshots' },
    only: { type: 'string' },
    size: { type: 'string' },
    built: { type: 'string' },
  },
})

const root = fileURLToPath(new URL('..', import.meta.url))
const sizes = options.size === undefined ? ['1440x900', '1100x720', '800x600'] : [options.size]
const wanted = options.only?.split(',')

if (options.built === undefined) {
  await build({
    configFile: join(root, 'renderer/vite.config.ts'),
    mode: 'design',
    logLevel: 'warn',
  })
}
const server = await serve(options.built ?? join(root, 'dist/design'))
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
let problems = 0
try {
  await mkdir(options.out, { recursive: true })
  for (const theme of ['light', 'dark'] as const) {
    for (const size of sizes) {
      const [width = 1440, height = 900] = size.split('x').map(Number)
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme })
      for (const screen of screens) {
        if (wanted !== undefined && !wanted.includes(screen.name)) continue
        problems += await look(await context.newPage(), screen, `${screen.name}-${theme}-${size}`)
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  server.close()
}
if (problems > 0) process.exitCode = 1
else console.log('screenshots: no problem was found')

/** Answers with the number of problems: accessibility, console errors, actions that did not work. */
async function look(page: Page, screen: Screen, name: string): Promise<number> {
  const found: string[] = []
  page.setDefaultTimeout(5000)
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => found.push(`page: ${error.message}`))
  await page.goto(`${addressOf(server)}/fake.html?${screen.query ?? ''}`)
  try {
    await page.locator('h1, h2').first().waitFor()
    await screen.prepare?.(page)
  } catch (error) {
    found.push(`action: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
  // Popups fade in over a tenth of a second; a picture of the middle of it shows nothing.
  await page.waitForTimeout(350)
  await page.screenshot({ path: join(options.out, `${name}.png`) })
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, nodes } of violations) {
    found.push(`axe: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  }
  await page.close()
  for (const problem of found) console.error(`${name}: ${problem}`)
  return found.length
}

/** The built window over HTTP, with the content security policy of the product. */
async function serve(folder: string): Promise<Server> {
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
  }
  const serving = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    readFile(join(folder, path)).then(
      (bytes) => {
        response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
        response.setHeader(
          'content-security-policy',
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; require-trusted-types-for 'script'",
        )
        response.end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => serving.listen(0, '127.0.0.1', resolve))
  return serving
}

function addressOf(serving: Server): string {
  const address = serving.address()
  if (address === null || typeof address === 'string')
    throw new Error('the server is not listening')
  return `http://127.0.0.1:${address.port}`
}
