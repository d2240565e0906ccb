/** The library in the window: images given on the command line show up, are checked, and are kept. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { platter } from '../cli/run-platter.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { dialog, runByKeyboard } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { axeFindings, healthOf, isShown, rowOf } from './window.ts'

export function librarySuite(kind: HostKind): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('library')
    imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  describe('the library', () => {
    it('shows every image of the folder that was given', async () => {
      for (const name of Object.values(images))
        expect(await isShown(rowOf(app.page, name))).toBe(true)
      expect(await app.page.getByRole('grid').getAttribute('aria-rowcount')).toBe(
        String(Object.keys(images).length + 1),
      )
    })

    it('names the format of what it cannot read, and why another cannot be read', async () => {
      expect(await rowOf(app.page, images.foreign).textContent()).toMatch(/vmdk/i)
      expect(await healthOf(app.page, images.unreadable)).toBe('Cannot read')
    })

    it.each(['light', 'dark'] as const)('has no accessibility violations in %s', async (scheme) => {
      await app.page.emulateMedia({ colorScheme: scheme })
      expect(await axeFindings(app.page, kind)).toEqual([])
      await app.page.emulateMedia({ colorScheme: null })
    })

    it('checks one image with the button, and shows what was found', async () => {
      const file = path.join(imageFolder, images.leaking)
      const before = await stat(file)
      await rowOf(app.page, images.leaking).click()
      await app.page
        .getByRole('toolbar', { name: 'Actions and filters' })
        .getByRole('button', { name: 'Check', exact: true })
        .click()
      await expect.poll(() => healthOf(app.page, images.leaking), { timeout: 20_000 }).toBe('Leaks')
      const after = await stat(file)
      expect([after.size, after.mtimeMs]).toEqual([before.size, before.mtimeMs])
    })

    it('moves and selects with the keyboard', async () => {
      const grid = app.page.getByRole('grid')
      await grid.focus()
      await grid.press('Control+Home')
      await grid.press('End')
      await grid.press('Control+a')
      expect(await app.page.getByRole('row', { selected: true }).count()).toBe(
        Object.keys(images).length,
      )
      await grid.press('Escape')
      expect(await app.page.getByRole('row', { selected: true }).count()).toBe(0)
    })

    it('opens the command palette with its key and closes it with Escape', async () => {
      await app.page.keyboard.press('Control+k')
      expect(await isShown(dialog(app.page))).toBe(true)
      expect(await axeFindings(app.page, kind)).toEqual([])
      await app.page.keyboard.press('Escape')
      await dialog(app.page).waitFor({ state: 'detached' })
    })

    it.runIf(kind === 'web')('opens an image of the server by keyboard alone', async () => {
      const { page } = app
      const onButton = async (name: string): Promise<void> => {
        await expect
          .poll(() => page.evaluate(() => document.activeElement?.textContent))
          .toContain(name)
      }
      await runByKeyboard(page, 'Open image')
      await onButton(path.basename(imageFolder))
      await page.keyboard.press('Enter')
      await onButton(images.unreadable)
      // The first press chooses, as a click does; the second opens.
      await page.keyboard.press('Enter')
      await page.keyboard.press('Enter')
      await dialog(page).waitFor({ state: 'detached' })
      await expect
        .poll(() => rowOf(page, images.unreadable).getAttribute('aria-selected'))
        .toBe('true')
    })

    it('keeps to its content security policy and throws nothing', () => {
      expect(app.complaints).toEqual([])
    })
  })

  describe('after a restart', () => {
    beforeAll(async () => {
      await app.close()
      app = await launch(kind, {
        folder: folder.path,
        // The web host shows only what lies below what it is started with.
        paths: kind === 'web' ? [imageFolder] : [],
      })
    }, 90_000)

    it('still knows the images and what the last check found', async () => {
      expect(await isShown(rowOf(app.page, images.healthy))).toBe(true)
      expect(await healthOf(app.page, images.leaking)).toBe('Leaks')
    })

    it('shows the check in the history', async () => {
      await app.page.getByRole('button', { name: 'History', exact: true }).click()
      expect(await isShown(app.page.getByText(images.leaking).first())).toBe(true)
    })

    it('shows what the command line changed, with its figures', async () => {
      const file = `${imageFolder}/${images.healthy}`
      const { exitCode } = await platter(['compact', '--mode', 'punch', file], {
        env: { PLATTER_DATA: folder.file('data') },
      })
      expect(exitCode).toBe(0)
      await app.page.getByText('Changes', { exact: true }).click()
      const entry = app.page.getByRole('listitem').filter({ hasText: `Compact ${images.healthy}` })
      await entry.getByText('Compact', { exact: false }).first().click()
      expect(await isShown(entry.getByText('on the command line'))).toBe(true)
      expect(await entry.innerText()).toMatch(/Options\s+--mode punch[^]*File length/)
      expect(app.complaints).toEqual([])
    })
  })
}
