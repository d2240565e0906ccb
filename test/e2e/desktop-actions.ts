/** `--action=… FILE…`: what file managers and launchers start, and what it opens in the window. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { isShown } from './window.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const program = path.join(root, 'test/electron-standin/bin/electron')

export function desktopActions(): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('actions')
    imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch('stand-in', {
      folder: folder.path,
      paths: ['--action=compact', path.join(imageFolder, images.healthy)],
    })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  /** What a file manager does while Platter runs: it starts it again. */
  const startAgain = (...args: readonly string[]) =>
    run(program, [root, ...args], {
      cwd: imageFolder,
      env: {
        ...process.env,
        PLATTER_DATA: folder.file('data'),
        PLATTER_LOGS: folder.file('logs'),
      },
    })
  /** Toasts are dialogs, too, for those who do not see. */
  const dialog = () => app.page.locator('[role=dialog]:not(.toast)')
  const closeDialog = async () => {
    await app.page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  }
  const jobCount = () => app.page.locator('.job-progress').count()

  it('opens the dialog for the file that the app was started with', async () => {
    expect(await isShown(dialog().getByText(images.healthy).first())).toBe(true)
    expect(await dialog().getByRole('heading').first().textContent()).toContain('Compact')
    await closeDialog()
  })

  it('shows the plan of a check and does not begin it', async () => {
    await startAgain('--action=check', images.leaking)
    expect(await isShown(dialog().getByRole('heading', { name: /check/i }).first())).toBe(true)
    expect(await jobCount()).toBe(0)
    await closeDialog()
  })

  it('waits for its turn when a dialog is open, and then is about its own image', async () => {
    await startAgain('--action=resize', images.healthy)
    await dialog()
      .getByRole('heading', { name: /resize/i })
      .first()
      .waitFor()
    await startAgain('--action=sha', images.leaking)
    await app.page.locator('[role=row]', { hasText: images.leaking }).waitFor({ state: 'attached' })
    expect(
      await dialog()
        .getByRole('heading', { name: /resize/i })
        .count(),
    ).toBeGreaterThan(0)
    await app.page.keyboard.press('Escape')
    expect(
      await isShown(
        dialog()
          .getByRole('heading', { name: /Checksum of leaking/ })
          .first(),
      ),
    ).toBe(true)
    await closeDialog()
  })

  it('plans several files as a batch', async () => {
    await startAgain('--action=check', images.leaking, images.damaged, images.healthy)
    expect(
      await isShown(
        dialog()
          .getByText(/3 images/)
          .first(),
      ),
    ).toBe(true)
    await closeDialog()
  })

  it('plans a check of all images, as the launcher’s menu asks for', async () => {
    await startAgain('--command=library.checkAll')
    expect(
      await isShown(
        dialog()
          .getByRole('heading', { name: /^Check/ })
          .first(),
      ),
    ).toBe(true)
    expect(await jobCount()).toBe(0)
    await closeDialog()
  })

  it('says why an action does not fit a file', async () => {
    await startAgain('--action=check', images.foreign)
    const toast = app.page.locator('.toast', { hasText: 'Not possible: Check' })
    expect(await isShown(toast.getByText(/cannot check VMDK/))).toBe(true)
  })

  it('says which file is not there, and opens the others', async () => {
    await startAgain('--action=repair', 'nowhere.qcow2', images.damaged)
    expect(
      await isShown(
        dialog()
          .getByRole('heading', { name: /repair/i })
          .first(),
      ),
    ).toBe(true)
    await closeDialog()
    expect(await isShown(app.page.getByText(/nowhere\.qcow2/).first())).toBe(true)
  })

  it('remembers what was opened, and opens it again', async () => {
    const labels = await electron().evaluate(({ Menu }) =>
      Menu.getApplicationMenu()
        ?.getMenuItemById('recent')
        ?.submenu?.items.map(({ label }) => label),
    )
    expect(labels?.[0]).toBe(path.join(imageFolder, images.damaged))
    expect(labels).toContain(path.join(imageFolder, images.healthy))
    await electron().evaluate(
      ({ Menu }, label) => {
        const items = Menu.getApplicationMenu()?.getMenuItemById('recent')?.submenu?.items
        items?.find((item) => item.label === label)?.click()
      },
      path.join(imageFolder, images.healthy),
    )
    expect(
      await isShown(
        app.page.locator('[role=row][aria-selected=true]', { hasText: images.healthy }),
      ),
    ).toBe(true)
  })

  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }
}
