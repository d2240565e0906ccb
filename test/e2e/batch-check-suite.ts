/** A folder is checked as a whole, with counters while it runs and a report afterwards. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { dialog } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { axeFindings, healthOf, isShown, rowOf } from './window.ts'

export function batchCheckSuite(kind: HostKind): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('batch')
    const imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
    for (const name of Object.values(images)) await rowOf(app.page, name).waitFor()
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  it('says what it will check and what it will skip before it begins', async () => {
    await app.page.getByRole('button', { name: 'Check all' }).click()
    expect(
      await isShown(
        dialog(app.page)
          .getByText(/skipped/)
          .first(),
      ),
    ).toBe(true)
    expect(await axeFindings(app.page, kind)).toEqual([])
  })

  it('counts healthy, leaking and damaged images', async () => {
    await dialog(app.page)
      .getByRole('button', { name: /^Check \d+ images?$/ })
      .click()
    const counters = app.page.getByRole('group', { name: 'Show results by outcome' })
    const count = async (outcome: string) =>
      (await counters.getByRole('button', { name: outcome }).textContent())?.replace(/\D/g, '')
    expect(
      await isShown(app.page.getByRole('button', { name: `Show the result of ${images.damaged}` })),
    ).toBe(true)
    const found = ['Waiting', 'Healthy', 'Leaks', 'Needs repair', 'Damaged']
    await expect
      .poll(() => Promise.all(found.map(count)), { timeout: 20_000 })
      .toEqual(['0', '1', '1', '1', '0'])
    expect(await axeFindings(app.page, kind)).toEqual([])
  })

  const results = () => app.page.getByRole('grid', { name: 'Results' })
  /** What the menu that is open offers: in the page on the web, the system's own on the desktop. */
  const shownMenu = async (): Promise<readonly string[]> => {
    if (kind === 'web') return await app.page.getByRole('menuitem').allInnerTexts()
    const labels = await app.electron?.evaluate((module) =>
      (module as unknown as StandIn).standIn.openedMenus.at(-1)?.items.map(({ label }) => label),
    )
    return labels ?? []
  }
  const offers = (...entries: readonly string[]): unknown =>
    expect.arrayContaining(
      entries.map((entry): unknown => expect.stringMatching(new RegExp(`^${entry}`))),
    )
  const leaveMenu = async (): Promise<void> => {
    if (kind !== 'web') return
    await app.page.keyboard.press('Escape')
    await app.page.getByRole('menu').waitFor({ state: 'detached' })
  }

  it('has the menu of an image on each row, by the keyboard too', async () => {
    await results().focus()
    await app.page.keyboard.press('Home')
    const first = results().getByRole('row').nth(1)
    expect(await first.getAttribute('aria-selected')).toBe('true')
    expect(await first.textContent()).toContain(images.damaged)
    await app.page.keyboard.press('Shift+F10')
    await expect.poll(shownMenu).toEqual(offers('Repair…', 'Compact…'))
    expect(await axeFindings(app.page, kind)).toEqual([])
    await leaveMenu()
  })

  it('leads to the repair of what it found: of all, and of one image', async () => {
    await app.page.getByRole('button', { name: 'Repair 2 images…' }).click()
    const sheet = dialog(app.page)
    expect(await isShown(sheet.getByText('All that loses no data'))).toBe(true)
    await sheet.getByRole('button', { name: 'Cancel' }).click()
    await app.page.getByRole('button', { name: `Show the result of ${images.damaged}` }).click()
    expect(await isShown(sheet.getByRole('button', { name: 'Show in the library' }))).toBe(true)
    await sheet.getByRole('button', { name: 'Repair…' }).click()
    expect(await isShown(app.page.getByRole('dialog', { name: /^Repair / }))).toBe(true)
    await app.page.keyboard.press('Escape')
    await dialog(app.page).waitFor({ state: 'detached' })
  })

  it.runIf(kind === 'stand-in')('asks where to save its report, and shows the file', async () => {
    const file = folder.file('found.csv')
    await app.electron?.evaluate((module, filePath) => {
      module.dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, file)
    await app.page.getByRole('button', { name: 'Report', exact: true }).click()
    await app.page.getByRole('menuitem', { name: 'Report as CSV' }).click()
    expect(await isShown(app.page.getByText(file, { exact: true }).first())).toBe(true)
    expect(await readFile(file, 'utf8')).toContain(images.damaged)
    await app.page.getByRole('button', { name: 'Show in folder' }).click()
    await expect
      .poll(() =>
        app.electron?.evaluate(
          (module) => (module as unknown as StandIn).standIn.record.shownInFolder,
        ),
      )
      .toEqual([file])
  })

  it('has the menu of a folder where the keyboard is', async () => {
    const item = app.page.getByRole('navigation').getByRole('button', { name: /^images/ })
    await item.press('Shift+F10')
    await expect.poll(shownMenu).toEqual(offers('Check all images…'))
    await leaveMenu()
  })

  it('leaves its findings in the library', async () => {
    await app.page.getByRole('button', { name: 'Back to the library' }).click()
    expect(await isShown(rowOf(app.page, images.healthy))).toBe(true)
    expect(await healthOf(app.page, images.healthy)).toBe('Healthy')
    expect(await healthOf(app.page, images.leaking)).toBe('Leaks')
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(app.complaints).toEqual([])
  })
}

interface StandIn {
  readonly standIn: {
    readonly openedMenus: readonly { readonly items: readonly { readonly label: string }[] }[]
    readonly record: { readonly shownInFolder: readonly string[] }
  }
}
