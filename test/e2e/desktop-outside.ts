/** What the app shows and asks outside its window: notifications, the taskbar, the tray, and the end with jobs. */
import { open, rm } from 'node:fs/promises'
import Database from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { closeDialog, dialog } from './flows.ts'
import { launch, type RunningApp } from './hosts.ts'
import { isShown, rowOf } from './window.ts'

const slow = 'slow.img'
/** Its backing file is gone, so its content cannot be read. */
const orphan = 'orphan.qcow2'
const small = 'small.qcow2'

export function desktopOutside(): void {
  let folder: TempFolder
  let app: RunningApp
  /** The window that came after the first one. */
  let page: Page

  beforeAll(async () => {
    folder = await tempFolder('outside')
    // All holes: it takes no room, and hashing it takes much longer than these tests.
    const file = await open(folder.file(slow), 'w')
    await file.truncate(2 ** 40)
    await file.close()
    const base = folder.file('base.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', base, '1M')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', folder.file(orphan))
    await rm(base)
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file(small), '1M')
    app = await launch('stand-in', {
      folder: folder.path,
      paths: [folder.file(slow), folder.file(orphan), folder.file(small)],
    })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }
  const recorded = () =>
    electron().evaluate((module) => {
      const { record } = (module as unknown as StandIn).standIn
      return {
        bar: record.progressBars.at(-1),
        dialogs: record.dialogs.length,
        trays: record.trays.map((tray) => ({
          isGone: tray.isDestroyed(),
          labels: tray.menu.items.map(({ label }) => label),
        })),
        windows: module.BrowserWindow.getAllWindows().length,
      }
    })
  const answerNextQuestion = (response: number) =>
    electron().evaluate((module, chosen) => {
      const { record } = (module as unknown as StandIn).standIn
      module.dialog.showMessageBox = (...args: unknown[]) => {
        record.dialogs.push(args.at(-1))
        return Promise.resolve({ response: chosen, checkboxChecked: false })
      }
    }, response)
  const chooseInTray = (id: string) =>
    electron().evaluate((module, wanted) => {
      const { record } = (module as unknown as StandIn).standIn
      record.trays[0]?.menu.getMenuItemById(wanted)?.click()
    }, id)
  const closeWindow = () =>
    electron().evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

  it('shows in the taskbar and the title how far the work is', async () => {
    await rowOf(app.page, slow).click()
    await app.page.keyboard.press('Control+h')
    await dialog(app.page)
      .getByRole('button', { name: /compute/i })
      .first()
      .click()
    await expect.poll(async () => (await recorded()).bar?.mode).toBe('normal')
    await expect
      .poll(() =>
        electron().evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle()),
      )
      .toMatch(/^\d+ % - Platter$/)
  })

  it('asks before it ends while work goes on, and stays when told so', async () => {
    await answerNextQuestion(3)
    await closeWindow()
    await expect.poll(async () => (await recorded()).dialogs).toBe(1)
    expect((await recorded()).windows).toBe(1)
  })

  it('goes on in the tray without a window', async () => {
    await answerNextQuestion(0)
    await closeWindow()
    await expect.poll(async () => (await recorded()).windows).toBe(0)
    const { trays } = await recorded()
    expect(trays).toHaveLength(1)
    expect(trays[0]?.isGone).toBe(false)
    expect(trays[0]?.labels).toEqual(
      expect.arrayContaining(['Show Platter', 'Pause all jobs', 'Quit…']),
    )
  })

  it('pauses all work from the tray', async () => {
    await chooseInTray('pauseAll')
    await expect
      .poll(async () => (await recorded()).trays[0]?.labels, { timeout: 15_000 })
      .toContain('Go on with all jobs')
  })

  it('lets all work go on from the tray', async () => {
    await chooseInTray('resumeAll')
    await expect
      .poll(async () => (await recorded()).trays[0]?.labels, { timeout: 15_000 })
      .toContain('Pause all jobs')
  })

  it('asks before it quits from the tray, and stays when told so', async () => {
    await answerNextQuestion(3)
    const { dialogs } = await recorded()
    await chooseInTray('quit')
    await expect.poll(async () => (await recorded()).dialogs).toBe(dialogs + 1)
    expect((await recorded()).trays[0]?.isGone).toBe(false)
  })

  it('shows its window again from the tray, and takes the icon away', async () => {
    const window = electron().waitForEvent('window')
    await chooseInTray('show')
    page = await window
    expect(await isShown(rowOf(page, slow))).toBe(true)
    expect((await recorded()).trays.map(({ isGone }) => isGone)).toEqual([true])
  })

  it('notifies of a failure, and shows the work when that is clicked', async () => {
    await rowOf(page, orphan).click()
    await page.keyboard.press('Control+h')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /compute/i })
      .first()
      .click()
    const newest = () =>
      electron().evaluate((module) => {
        const shown = (module as unknown as StandIn).standIn.record.notifications.at(-1)
        return shown && { title: shown.title, body: shown.body }
      })
    await expect.poll(newest, { timeout: 15_000 }).toMatchObject({ title: `Failed: ${orphan}` })
    expect((await newest())?.body).not.toMatch(/undefined|^$/)
    // Until it is gone, the dialog keeps the keyboard.
    await closeDialog(page)
    await electron().evaluate((module) => {
      const { record } = (module as unknown as StandIn).standIn
      record.hasFocus = false
      record.notifications.at(-1)?.emit('click')
    })
    await expect
      .poll(() =>
        electron().evaluate((module) => (module as unknown as StandIn).standIn.record.hasFocus),
      )
      .toBe(true)
    expect(await isShown(page.getByRole('heading', { name: 'Activity' }))).toBe(true)
    const line = page.getByRole('listitem').filter({ hasText: orphan })
    await expect
      .poll(() => line.first().evaluate((element) => element === document.activeElement))
      .toBe(true)
  })

  it('keeps the machine awake while an image is changed, and no longer', async () => {
    await rowOf(page, small).click()
    await page.keyboard.press('Control+r')
    await page
      .getByRole('dialog')
      .getByRole('heading', { name: /resize/i })
      .waitFor()
    await page.keyboard.type('+1M')
    await page.getByRole('button', { name: 'Grow to 2 MiB' }).click()
    await expect
      .poll(
        () =>
          electron().evaluate((module) =>
            (module as unknown as StandIn).standIn.record.powerSaveBlockers.map(
              ({ type, isStarted }) => ({ type, isStarted }),
            ),
          ),
        { timeout: 15_000 },
      )
      .toEqual([{ type: 'prevent-app-suspension', isStarted: false }])
    await page.keyboard.press('Escape')
  })

  it('pauses and quits: the work can be taken up at the next start', async () => {
    await answerNextQuestion(1)
    const ended = electron().waitForEvent('close')
    await closeWindow()
    await ended
    app = await launch('stand-in', { folder: folder.path })
    await app.page
      .getByRole('button', { name: /history/i })
      .first()
      .click()
    expect(await isShown(app.page.getByText(/interrupted/i).first())).toBe(true)
  })

  it('ends with the system without a question; the work can be taken up', async () => {
    await startSlowWork()
    const ended = electron().waitForEvent('close')
    await electron().evaluate(({ powerMonitor }) => {
      let isHeld = false
      powerMonitor.emit('shutdown', { preventDefault: () => (isHeld = true) })
      if (!isHeld) throw new Error('the system would not wait')
    })
    await ended
    expect(lastJob()).toMatchObject({ kind: 'hash', state: 'interrupted' })
  })

  it('cancels and quits when told so', async () => {
    app = await launch('stand-in', { folder: folder.path })
    await startSlowWork()
    await answerNextQuestion(2)
    const ended = electron().waitForEvent('close')
    await closeWindow()
    await ended
    expect(lastJob()).toMatchObject({ kind: 'hash', state: 'cancelled' })
  })

  /** Hashing a terabyte, begun and seen at work. */
  async function startSlowWork(): Promise<void> {
    await app.page
      .getByRole('navigation')
      .getByRole('button', { name: /^All images/ })
      .click()
    await rowOf(app.page, slow).click()
    await app.page.keyboard.press('Control+h')
    await dialog(app.page)
      .getByRole('button', { name: /compute/i })
      .first()
      .click()
    await expect.poll(async () => (await recorded()).bar?.mode).toBe('normal')
  }

  /** As it stands in the history of the app that has ended. */
  function lastJob(): unknown {
    const db = new Database(folder.file('data', 'platter.db'), { readonly: true })
    try {
      return db.prepare('SELECT kind, state FROM jobs ORDER BY id DESC LIMIT 1').get()
    } finally {
      db.close()
    }
  }
}

interface StandIn {
  readonly standIn: {
    readonly record: {
      readonly progressBars: readonly { readonly fraction: number; readonly mode: string }[]
      readonly dialogs: unknown[]
      readonly notifications: readonly (NodeJS.EventEmitter & {
        readonly title: string
        readonly body: string
      })[]
      readonly powerSaveBlockers: readonly { readonly type: string; readonly isStarted: boolean }[]
      hasFocus: boolean
      readonly trays: readonly { readonly menu: Electron.Menu; isDestroyed(): boolean }[]
    }
  }
}
