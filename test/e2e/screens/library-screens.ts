import type { Screen } from './screen.ts'

/** The list itself, what is around it, and what it looks like without images. */
export const libraryScreens: readonly Screen[] = [
  { name: 'library' },
  { name: 'library-large', query: 'library=&rows=1204' },
  { name: 'library-compact', query: 'density=compact' },
  { name: 'library-work', query: 'work' },
  {
    name: 'library-sideways',
    reach: async (at) => {
      await at.row('mail.qcow2').click()
      await at.grid.evaluate((grid) => {
        grid.scrollLeft = 330
      })
    },
  },
  {
    name: 'library-many',
    reach: async (at) => {
      await at.row('crashed.qcow2').click()
      await at.row('mail.qcow2').click({ modifiers: ['Shift'] })
    },
  },
  {
    name: 'library-cell',
    reach: async (at) => {
      await at.row('mail.qcow2').click()
      await at.page.keyboard.press('ArrowRight')
      await at.page.keyboard.press('ArrowRight')
    },
  },
  {
    name: 'library-filtered-empty',
    reach: (at) => at.page.locator('.library-filter input').fill('no such image'),
  },
  { name: 'row-menu', reach: (at) => at.row('crashed.qcow2').click({ button: 'right' }) },
  {
    name: 'row-menu-missing',
    reach: (at) => at.row('archive-2024.qcow2').click({ button: 'right' }),
  },
  {
    name: 'row-menu-copy',
    reach: async (at) => {
      await at.row('crashed.qcow2').click({ button: 'right' })
      await at.find('menuitem', 'Copy').click()
      await at.page.getByRole('menu').nth(1).waitFor()
    },
  },
  {
    name: 'rename-in-place',
    reach: async (at) => {
      await at.row('mail.qcow2').click()
      await at.page.keyboard.press('F2')
      await at.row('mail.qcow2').getByRole('textbox').fill('post.qcow2')
    },
  },
  {
    name: 'columns-menu',
    reach: (at) => at.button('Columns and density'),
  },
  ...['Health', 'Format', 'Use'].map((chip, index): Screen => ({
    name: `filter-${chip.toLowerCase()}`,
    reach: (at) => at.page.locator('.filter-chip').nth(index).click(),
  })),
  { name: 'sidebar', reach: (at) => at.openSidebar() },
  {
    name: 'folder-menu',
    reach: async (at) => {
      await at.openSidebar()
      await at.page.locator('.sidebar-more').first().click()
    },
  },
  ...['Needs care', 'In use', 'Missing', 'Big savings', 'Orphans', 'Recent'].map(
    (view): Screen => ({
      name: `view-${view.toLowerCase().replace(' ', '-')}`,
      reach: (at) => at.view(view),
    }),
  ),
  // Two images: one is not special at all, the other is an orphan.
  ...['Needs care', 'In use', 'Missing', 'Big savings', 'Orphans'].map((view): Screen => ({
    name: `empty-${view.toLowerCase().replace(' ', '-')}`,
    query: `library=&rows=${view === 'Orphans' ? 1 : 2}`,
    reach: (at) => at.view(view),
  })),
  { name: 'first-run', query: 'library=&rows=0' },
  { name: 'first-run-web', query: 'library=&rows=0&host=web' },
  { name: 'library-notice', query: 'notice' },
  { name: 'connecting', query: 'connection=connecting' },
  { name: 'refused', query: 'connection=refused' },
  { name: 'lost', query: 'connection=lost&notice' },
  {
    name: 'drop-target',
    reach: (at) =>
      at.page.evaluate(() => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([''], 'web01.qcow2'))
        const root = document.querySelector('.app') ?? document.body
        root.dispatchEvent(
          new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer }),
        )
      }),
  },
]
