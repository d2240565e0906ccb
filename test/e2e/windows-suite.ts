/** An image in a window (or tab) of its own, and how windows come back after a restart. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { closeDialog, dialog, goTo, readyButton, receiptOf, runByKeyboard } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

export function windowsSuite(kind: HostKind): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp
  /** The window of the image that leaks. */
  let own: Page
  const complaints: string[] = []

  beforeAll(async () => {
    folder = await tempFolder('windows')
    imageFolder = await writeImageFolder(folder.file('images'))
    // As files: an image that is removed from a watched folder comes back with its next reading.
    app = await launch(kind, { folder: folder.path, paths: files() })
    app.page.context().on('page', (page) => {
      page.setDefaultTimeout(20_000)
      page.on('pageerror', ({ message }) => complaints.push(message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
    })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const files = () => Object.values(images).map((name) => path.join(imageFolder, name))
  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }
  const pages = (): readonly Page[] => app.page.context().pages()
  const opened = async (open: () => Promise<void>): Promise<Page> => {
    const [page] = await Promise.all([app.page.context().waitForEvent('page'), open()])
    await page.getByRole('toolbar').waitFor()
    return page
  }

  describe('an image of its own', () => {
    it('opens from the list with Enter, named after the file', async () => {
      await goTo(app.page, images.leaking)
      own = await opened(() => app.page.keyboard.press('Enter'))
      await expect.poll(() => own.title()).toBe(images.leaking)
      expect(own.url()).toMatch(/\/(index\.html)?#image=\d+$/)
      expect(await isShown(own.getByRole('heading', { name: images.leaking }))).toBe(true)
      expect(await axeFindings(own, kind)).toEqual([])
    })

    it('is there once, however often it is opened', async () => {
      await app.page.bringToFront()
      await rowOf(app.page, images.leaking).dblclick()
      await expect.poll(() => own.evaluate(() => document.visibilityState)).toBe('visible')
      // The one in which axe finished its work may still be closing.
      await expect.poll(() => pages().length).toBe(2)
    })

    it('does what its keys say, and the list sees it', async () => {
      await own.keyboard.press('Control+Shift+C')
      const badge = own.locator('.inspector-title .health-badge')
      await expect.poll(() => badge.innerText(), { timeout: 20_000 }).toMatch(/Leaks/)
      await expect
        .poll(() => rowOf(app.page, images.leaking).locator('.library-cell-health').innerText())
        .toMatch(/Leaks/)
      await own.keyboard.press('F2')
      expect(await isShown(dialog(own).getByRole('heading', { name: /^Rename/ }))).toBe(true)
      await closeDialog(own)
    })

    it('plans and carries out a change in its own dialog', async () => {
      await runByKeyboard(own, 'Resize…')
      await own.getByLabel('New size', { exact: true }).fill('+1M')
      await (await readyButton(own, /^Grow/)).click()
      expect(await receiptOf(own)).not.toMatch(/undefined|NaN/)
      // A toast tells of it there, which is a dialog to those who do not see.
      expect(await app.page.locator('[role=dialog]:not(.toast)').count()).toBe(0)
      await closeDialog(own)
    })

    it('keeps commands of the list out, and says so', async () => {
      await own.keyboard.press('Control+k')
      await own.getByRole('combobox').fill('Check all images')
      const entry = own.getByRole('option', { name: /Check all images/ })
      expect(await entry.innerText()).toContain('Only in the library’s window')
      await closeDialog(own)
    })

    it.runIf(kind !== 'web')(
      'takes the commands of the menu bar while it has the focus',
      async () => {
        await electron().evaluate(({ BrowserWindow, Menu }) => {
          BrowserWindow.getAllWindows()
            .find(({ webContents }) => webContents.getURL().includes('#image='))
            ?.focus()
          Menu.getApplicationMenu()?.getMenuItemById('image.hash')?.click()
        })
        const sheet = dialog(own).getByRole('heading', { name: `Checksum of ${images.leaking}` })
        expect(await isShown(sheet)).toBe(true)
        expect(await app.page.locator('[role=dialog]:not(.toast)').count()).toBe(0)
        expect(
          await electron().evaluate(
            ({ Menu }) =>
              Menu.getApplicationMenu()?.getMenuItemById('library.checkAll')?.enabled ?? true,
          ),
        ).toBe(false)
        await closeDialog(own)
      },
    )

    it.runIf(kind !== 'web')('is held to our page like the library’s window', async () => {
      const before = own.url()
      await own
        .evaluate(() => {
          location.href = 'https://example.com/'
        })
        .catch(() => undefined)
      expect(await own.evaluate(() => window.open('https://example.com/') === null)).toBe(true)
      expect(own.url()).toBe(before)
      const denied = await electron().evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map(({ webContents }) => {
          let isPrevented = false
          const event = { url: 'https://example.com/', preventDefault: () => (isPrevented = true) }
          const emitter = webContents as unknown as NodeJS.EventEmitter
          emitter.emit('will-redirect', event)
          return isPrevented
        }),
      )
      expect(denied).toEqual([true, true])
    })

    it('opens another image in its own window, and closes alone', async () => {
      const other = await opened(async () => {
        await own.keyboard.press('Control+k')
        await own.getByRole('combobox').fill(images.healthy)
        await own.getByRole('option', { name: new RegExp(images.healthy) }).waitFor()
        await own.keyboard.press('Enter')
      })
      await expect.poll(() => other.title()).toBe(images.healthy)
      await other.close()
      await expect.poll(() => pages().length).toBe(2)
      expect(await isShown(own.getByRole('heading', { name: images.leaking }))).toBe(true)
    })

    it.runIf(kind !== 'web')('comes back where it was, beside the one that is there', async () => {
      const place = { x: 210, y: 120, width: 800, height: 600 }
      const imageWindows = () =>
        electron().evaluate(({ BrowserWindow }) =>
          BrowserWindow.getAllWindows()
            .filter(({ webContents }) => webContents.getURL().includes('#image='))
            .map((window) => window.getBounds()),
        )
      await electron().evaluate(({ BrowserWindow }, bounds) => {
        const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
          webContents.getURL().includes('#image='),
        )
        window?.setBounds(bounds)
        window?.close()
      }, place)
      await expect.poll(() => pages().length).toBe(1)
      own = await opened(() => rowOf(app.page, images.leaking).dblclick())
      const other = await opened(() => rowOf(app.page, images.healthy).dblclick())
      expect(await imageWindows()).toEqual([place, { ...place, x: 238, y: 148 }])
      await other.close()
    })

    it('says when the image has left the library', async () => {
      await app.page.bringToFront()
      await goTo(app.page, images.leaking)
      await app.page.keyboard.press('Shift+Delete')
      await dialog(app.page)
        .getByRole('button', { name: /^Remove/ })
        .click()
      expect(await isShown(own.getByText('This image is no longer in the library'))).toBe(true)
      expect(await axeFindings(own, kind)).toEqual([])
      const closed = own.waitForEvent('close')
      await own.getByRole('button', { name: 'Close this window' }).click()
      await closed
      expect(pages()).toHaveLength(1)
    })

    it('keeps to the content security policy and throws nothing', () => {
      expect([...app.complaints, ...complaints]).toEqual([])
    })
  })

  describe('after a restart', () => {
    it('the library is as it was left', async () => {
      const { page } = app
      await page.bringToFront()
      await page
        .getByRole('navigation')
        .getByRole('button', { name: /^All images/ })
        .click()
      await page.getByLabel('Filter by name or folder').fill('plain')
      await rowOf(page, images.raw).click()
      await runByKeyboard(page, 'Inspector: Details')
      const sidebar = page.getByRole('separator', { name: 'Width of the sidebar' })
      await sidebar.focus()
      await page.keyboard.press('Shift+ArrowRight')
      const width = await sidebar.getAttribute('aria-valuenow')
      expect(width).toBe('248')
      await expect
        .poll(() => readFile(folder.file('data', 'windows.json'), 'utf8').catch(() => ''))
        .toContain(width)
      await app.close()
      app = await launch(kind, {
        folder: folder.path,
        // The web host shows only what lies below what it is started with.
        paths: kind === 'web' ? ['--root', imageFolder] : [],
      })
      const again = app.page
      expect(await isShown(rowOf(again, images.raw))).toBe(true)
      expect(await again.getByRole('row', { selected: true }).count()).toBe(1)
      expect(await rowOf(again, images.healthy).count()).toBe(0)
      expect(await again.getByLabel('Filter by name or folder').inputValue()).toBe('plain')
      expect(await again.getByRole('tab', { name: 'Details' }).getAttribute('aria-selected')).toBe(
        'true',
      )
      expect(
        await again
          .getByRole('separator', { name: 'Width of the sidebar' })
          .getAttribute('aria-valuenow'),
      ).toBe(width)
    })
  })
}
