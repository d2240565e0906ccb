/** Work that takes long: held, let go on and cancelled, with what the file is worth said before and true after. */
import { copyFile, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { holdingProcess } from '../helpers/holding-process.ts'
import { qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { folderOnDisk, type TempFolder } from '../helpers/temp-folder.ts'
import { closeDialog, dialog, readyButton, receiptOf, runByKeyboard } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

/** Much of it lies behind free space, so that clusters have to move; stored zeroes make that worth it. */
async function writeScattered(file: string): Promise<void> {
  await qemuImg('create', '-q', '-f', 'qcow2', file, '1G')
  await qemuIo(file, 'write -q -P 1 512M 192M', 'write -q -P 2 0 192M', 'write -q -P 0 256M 64M')
  await qemuIo(file, 'discard -q 512M 192M')
}

/** Hundreds of megabytes are hashed twice and moved, on a machine that does other things as well. */
const patience = { timeout: 90_000 }

export function jobsSuite(kind: HostKind): void {
  let folder: TempFolder
  let app: RunningApp
  const image = (): string => folder.file('images', 'scattered.qcow2')
  const held = (): string => folder.file('images', 'held.qcow2')
  const before = (): string => folder.file('before.qcow2')

  beforeAll(async () => {
    // In memory it would be done before anybody could hold it.
    folder = await folderOnDisk('jobs')
    await mkdir(folder.file('images'))
    await writeScattered(image())
    await copyFile(image(), before())
    await qemuImg('create', '-q', '-f', 'qcow2', held(), '64M')
    await qemuIo(held(), 'write -q -P 0 0 32M', 'write -q -P 1 40M 1M')
    app = await launch(kind, { folder: folder.path, paths: [path.dirname(image())] })
    await rowOf(app.page, 'scattered.qcow2').waitFor()
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  async function compact(): Promise<void> {
    await rowOf(app.page, 'scattered.qcow2').click()
    await runByKeyboard(app.page, 'Compact…')
    await (await readyButton(app.page, /^Compact/)).click()
    await dialog(app.page)
      .getByRole('button', { name: /^Pause: Compact/ })
      .click()
    await isShown(dialog(app.page).getByText(/^Paused/))
  }

  it(
    'stops a compaction that stands still; the content is the same and the image sound',
    patience,
    async () => {
      await compact()
      await isShown(dialog(app.page).getByText(/^If you cancel: the content stays the same/))
      expect(await axeFindings(app.page, kind)).toEqual([])
      await dialog(app.page)
        .getByRole('button', { name: /^Cancel: Compact/ })
        .click()
      expect(await receiptOf(app.page)).not.toMatch(/undefined|NaN/)
      expect(await qemuCheck(image())).toMatchObject({ exitCode: 0 })
      await qemuImg('compare', '-q', before(), image())
      await closeDialog(app.page)
    },
  )

  it('goes on where it stood, to its end', patience, async () => {
    await compact()
    await dialog(app.page)
      .getByRole('button', { name: /^Resume: Compact/ })
      .click()
    await dialog(app.page).locator('.receipt-title').waitFor({ timeout: 80_000 })
    expect(await receiptOf(app.page)).toMatch(/back|smaller|freed/i)
    await qemuImg('compare', '-q', before(), image())
    await closeDialog(app.page)
  })

  it('waits until somebody lets go of an image, and is done then', patience, async () => {
    const { size } = await stat(held())
    await using holder = await holdingProcess(held())
    expect(await holder.order('write')).toBe('done')
    await rowOf(app.page, 'held.qcow2').click()
    await runByKeyboard(app.page, 'Compact…')
    await dialog(app.page).getByRole('button', { name: 'Queue until it is free' }).first().click()
    await dialog(app.page).waitFor({ state: 'detached' })
    await isShown(app.page.getByText(/^Waits until .+ lets go of it$/).first())
    expect((await stat(held())).size).toBe(size)
    expect(await holder.order('close')).toBe('done')
    await expect.poll(async () => (await stat(held())).size, { timeout: 40_000 }).toBeLessThan(size)
    // It holds the file until it has proved what it did.
    const code = async () => (await qemuCheck(held())).exitCode
    await expect.poll(code, { timeout: 40_000 }).toBe(0)
    await runByKeyboard(app.page, 'Show or hide activity')
  })

  it('lists both in the drawer, with a log that can be read there', async () => {
    await runByKeyboard(app.page, 'Show or hide activity')
    const jobs = app.page.getByRole('region', { name: 'Jobs' })
    expect(await jobs.innerText()).toMatch(/Done[^]*Cancelled/)
    expect(await axeFindings(app.page, kind)).toEqual([])
    await jobs.getByRole('button', { name: 'Log: Compact of scattered.qcow2' }).first().click()
    const log = dialog(app.page).getByRole('region', { name: 'Lines of the log' })
    expect(await log.innerText()).toMatch(/job started[^]*job stands still[^]*job goes on/)
    expect(await axeFindings(app.page, kind)).toEqual([])
    await closeDialog(app.page)
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(app.complaints).toEqual([])
  })
}
