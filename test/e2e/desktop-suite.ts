/** What only the desktop has: the menu bar, files from the system, one instance, dialogs. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { closeDialog, dialog } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { healthOf, isShown, rowOf } from './window.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

export function desktopSuite(kind: Extract<HostKind, 'electron' | 'stand-in'>): void {
  let folder: TempFolder
  let imageFolder: string
  let dropped: string
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('desktop')
    imageFolder = await writeImageFolder(folder.file('images'))
    dropped = folder.file('dropped.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', dropped, '1M')
    const droppedPaths = {
      [path.basename(dropped)]: dropped,
      [images.healthy]: path.join(imageFolder, images.healthy),
    }
    app = await launch(kind, { folder: folder.path, droppedPaths })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }
  const chooseInMenu = (id: string) =>
    electron().evaluate(({ Menu }, wanted) => {
      Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click()
    }, id)

  const isEnabledInMenu = (id: string) =>
    electron().evaluate(
      ({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.enabled,
      id,
    )

  const answerChooser = (chosen: string) =>
    electron().evaluate(({ dialog: dialogs, app: electronApp }, file) => {
      dialogs.showOpenDialog = (...args: unknown[]) => {
        Object.assign(electronApp, { lastChooser: args.at(-1) })
        return Promise.resolve({ canceled: false, filePaths: [file] })
      }
    }, chosen)
  const askedOfChooser = () =>
    electron().evaluate(
      ({ app: electronApp }) =>
        (electronApp as unknown as { lastChooser: Electron.OpenDialogOptions }).lastChooser,
    )
  /** What a person who drags files would do; only the stand-in can be told where such files lie. */
  const dragEvent = (target: Locator, type: string, names: readonly string[], altKey = false) =>
    target.evaluate(
      (element, { type: kindOfEvent, names: files, altKey: withAlt }) => {
        const dataTransfer = new DataTransfer()
        for (const name of files) dataTransfer.items.add(new File(['x'], name))
        const given = { dataTransfer, altKey: withAlt, bubbles: true, cancelable: true }
        element.dispatchEvent(new DragEvent(kindOfEvent, given))
      },
      { type, names, altKey },
    )
  const dragOver = (target: Locator, names: readonly string[]) =>
    dragEvent(target, 'dragover', names)
  const dropOn = (target: Locator, names: readonly string[]) => dragEvent(target, 'drop', names)

  it('begins with an invitation', async () => {
    expect(
      await isShown(app.page.getByRole('heading', { name: /truth about your disk images/i })),
    ).toBe(true)
  })

  it('adds the folder that was chosen in the system’s dialog', async () => {
    await answerChooser(imageFolder)
    await chooseInMenu('library.addFolder')
    for (const name of Object.values(images)) {
      expect(await isShown(rowOf(app.page, name))).toBe(true)
    }
  })

  it('speaks another language at once, in the window and in the menu bar', async () => {
    const labelInMenu = () =>
      electron().evaluate(
        ({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('view.settings')?.label,
      )
    const chooseLanguage = async (label: string | RegExp, language: RegExp) => {
      await dialog(app.page).getByRole('combobox', { name: label }).click()
      await app.page.getByRole('option', { name: language }).click()
    }
    await chooseInMenu('view.settings')
    await chooseLanguage('Language', /stretched/)
    expect(await isShown(app.page.getByRole('heading', { name: '[Sèttìñgs~~~~]' }))).toBe(true)
    await expect.poll(labelInMenu).toBe('[Sèttìñgs…~~~~]')
    await chooseLanguage(/Làñgùàgè/, /^\[Èñglìsh~+\]$/)
    expect(await isShown(app.page.getByRole('heading', { name: 'Settings', exact: true }))).toBe(
      true,
    )
    await expect.poll(labelInMenu).toBe('Settings…')
    await closeDialog(app.page)
  })

  it('asks with the system’s dialog for a folder to move to', async () => {
    const destination = path.dirname(imageFolder)
    await answerChooser(destination)
    await rowOf(app.page, images.healthy).click()
    await expect.poll(() => isEnabledInMenu('image.move')).toBe(true)
    await chooseInMenu('image.move')
    await dialog(app.page).getByRole('button', { name: 'Another folder…' }).click()
    const move = dialog(app.page).getByRole('button', {
      name: `Move to ${path.basename(destination)}`,
    })
    expect(await isShown(move)).toBe(true)
    expect(await askedOfChooser()).toMatchObject({
      title: 'Choose a folder',
      properties: ['openDirectory', 'createDirectory'],
    })
    await closeDialog(app.page)
  })

  it('asks with the system’s dialog for the file that a new image builds on', async () => {
    await answerChooser(dropped)
    await chooseInMenu('library.newImage')
    await dialog(app.page).getByRole('button', { name: 'Choose a base…' }).click()
    await dialog(app.page).getByRole('button', { name: 'Another file…' }).click()
    expect(await isShown(dialog(app.page).getByText(path.basename(dropped)).first())).toBe(true)
    expect(await askedOfChooser()).toMatchObject({
      title: 'Choose a disk image',
      properties: ['openFile'],
      filters: [{ name: 'Disk images' }, { name: 'All files' }],
    })
    await closeDialog(app.page)
  })

  it('runs a command of the menu bar on the selection', async () => {
    await rowOf(app.page, images.damaged).click()
    await chooseInMenu('image.check')
    await expect
      .poll(() => healthOf(app.page, images.damaged), { timeout: 20_000 })
      .toMatch(/Needs repair|Damaged/)
  })

  it('offers commands in the menu bar only when they can do something', async () => {
    await rowOf(app.page, images.healthy).click()
    await expect.poll(() => isEnabledInMenu('image.check')).toBe(true)
    await app.page.getByRole('grid').press('Escape')
    await expect.poll(() => isEnabledInMenu('image.check')).toBe(false)
  })

  it('shows and selects a file that the system opens', async () => {
    await electron().evaluate(
      ({ app: electronApp }, file) => {
        electronApp.emit('open-file', { preventDefault: () => undefined }, file)
      },
      path.join(imageFolder, images.raw),
    )
    expect(
      await isShown(app.page.locator('[role=row][aria-selected=true]', { hasText: images.raw })),
    ).toBe(true)
  })

  it('takes over the files of a second instance, named from where it was started', async () => {
    await run(path.join(root, 'test/electron-standin/bin/electron'), [root, images.foreign], {
      cwd: imageFolder,
      env: {
        ...process.env,
        PLATTER_DATA: folder.file('data'),
        PLATTER_LOGS: folder.file('logs'),
      },
    })
    expect(
      await isShown(
        app.page.locator('[role=row][aria-selected=true]', { hasText: images.foreign }),
      ),
    ).toBe(true)
  })

  // Only the stand-in can be told where a file lies that no person dragged.
  it.runIf(kind === 'stand-in')('adds and selects a file dropped on the window', async () => {
    await dropOn(app.page.getByRole('grid'), [path.basename(dropped)])
    const row = app.page.locator('[role=row][aria-selected=true]', {
      hasText: path.basename(dropped),
    })
    expect(await isShown(row)).toBe(true)
  })

  it.runIf(kind === 'stand-in')(
    'opens the dialog of the action that files are dropped on',
    async () => {
      const button = app.page.getByRole('toolbar').getByRole('button', { name: /^Resize/ })
      const name = path.basename(dropped)
      await dragOver(button, [name, 'other.qcow2'])
      expect(await isShown(app.page.getByText('Resize takes one image at a time'))).toBe(true)
      await dragOver(button, [name])
      expect(await isShown(app.page.getByText('Resize: drop to see the plan first'))).toBe(true)
      expect(await button.getAttribute('class')).toContain('button-drop-over')
      await dropOn(button, [name])
      const resize = dialog(app.page).getByRole('heading', { name: new RegExp(`Resize ${name}`) })
      expect(await isShown(resize)).toBe(true)
      await closeDialog(app.page)
      expect(await button.getAttribute('class')).not.toContain('button-drop')
      expect(await app.page.locator('.job-progress').count()).toBe(0)
    },
  )

  it.runIf(kind === 'stand-in')('checks what is dropped on the list with Alt', async () => {
    const grid = app.page.getByRole('grid')
    const name = path.basename(dropped)
    await dragEvent(grid, 'dragover', [name], true)
    expect(await isShown(app.page.getByText('Drop to add to the library and check'))).toBe(true)
    await dragEvent(grid, 'drop', [name], true)
    await expect.poll(() => healthOf(app.page, name), { timeout: 20_000 }).toBe('Healthy')
  })

  it.runIf(kind === 'stand-in')('plans several dropped files as one', async () => {
    const button = app.page.getByRole('toolbar').getByRole('button', { name: /^Check/ })
    await dropOn(button, [path.basename(dropped), images.healthy])
    expect(
      await isShown(
        dialog(app.page)
          .getByText(/2 images/)
          .first(),
      ),
    ).toBe(true)
    await closeDialog(app.page)
  })

  it.runIf(kind === 'stand-in')('hands the selected files to the system to drag', async () => {
    await rowOf(app.page, images.healthy).click()
    await rowOf(app.page, images.raw).click({ modifiers: ['Control'] })
    const isTaken = await rowOf(app.page, images.raw).evaluate(
      (row) => !row.dispatchEvent(new DragEvent('dragstart', { bubbles: true, cancelable: true })),
    )
    expect(isTaken).toBe(true)
    await expect
      .poll(() =>
        electron().evaluate((module) => (module as unknown as StandInMenus).standIn.record.drags),
      )
      .toMatchObject([
        { files: [path.join(imageFolder, images.healthy), path.join(imageFolder, images.raw)] },
      ])
  })

  it('opens the row menu natively and runs what is chosen there', async () => {
    await rowOf(app.page, images.leaking).click({ button: 'right' })
    await expect
      .poll(() =>
        electron().evaluate((module) => {
          const { openedMenus } = (module as unknown as StandInMenus).standIn
          return openedMenus.at(-1)?.items.map(({ id }) => id)
        }),
      )
      .toEqual(expect.arrayContaining(['image.check', 'image.hash', 'library.remove']))
    await electron().evaluate((module) => {
      const { openedMenus } = (module as unknown as StandInMenus).standIn
      openedMenus.at(-1)?.getMenuItemById('image.check')?.click()
    })
    await expect.poll(() => healthOf(app.page, images.leaking), { timeout: 20_000 }).toBe('Leaks')
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(app.complaints).toEqual([])
  })

  it('remembers where its window was', async () => {
    await electron().evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      window?.setBounds({ x: 50, y: 60, width: 1000, height: 700 })
      window?.maximize()
    })
    await app.close()
    app = await launch(kind, { folder: folder.path })
    const place = await electron().evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      return { ...window?.getNormalBounds(), isMaximized: window?.isMaximized() }
    })
    expect(place).toEqual({ x: 50, y: 60, width: 1000, height: 700, isMaximized: true })
  })
}

interface StandInMenus {
  readonly standIn: {
    readonly openedMenus: readonly Electron.Menu[]
    readonly record: { readonly drags: readonly { readonly files: readonly string[] }[] }
  }
}
