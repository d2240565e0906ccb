/** The image as a file: renamed, moved with its overlays told, to the Trash, out of the library. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { qemuImgJson } from '../helpers/qemu.ts'
import type { CareContext } from './care-suite.ts'
import {
  chooseByKeyboard,
  closeDialog,
  dialog,
  goTo,
  readyButton,
  receiptOf,
  runByKeyboard,
  tabTo,
} from './flows.ts'
import { careImages } from './images.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

interface Backing {
  readonly 'backing-filename'?: string
  readonly 'full-backing-filename'?: string
}

export function fileFlows({ app, file, otherFolder, kind }: CareContext): void {
  it('is renamed in the list by keyboard alone', async () => {
    const { page } = app()
    await goTo(page, careImages.renamed)
    await page.keyboard.press('F2')
    const name = page.getByRole('textbox', { name: `New name of ${careImages.renamed}` })
    await name.waitFor()
    // Escape leaves it, and the list has the keyboard again.
    await page.keyboard.type('never')
    await page.keyboard.press('Escape')
    await name.waitFor({ state: 'detached' })
    await page.keyboard.press('F2')
    // The stem is selected, the extension stays.
    await page.keyboard.type('a/b')
    await page.keyboard.press('Enter')
    await isShown(page.getByRole('alert').filter({ hasText: 'A name has no /' }))
    await page.keyboard.press('Control+a')
    await page.keyboard.type('mail server.qcow2')
    expect(await axeFindings(page, kind)).toEqual([])
    await page.keyboard.press('Enter')
    await name.waitFor({ state: 'detached' })
    await isShown(rowOf(page, 'mail server.qcow2'))
    expect(existsSync(file('mail server.qcow2'))).toBe(true)
    expect(existsSync(file(careImages.renamed))).toBe(false)
  })

  it('is renamed through the dialog where there is something to look at first', async () => {
    const { page } = app()
    await goTo(page, careImages.base)
    await page.keyboard.press('F2')
    await page.keyboard.type('ground')
    await page.keyboard.press('Enter')
    // The overlay on it has to be told: that is shown, with the name that was written.
    const name = dialog(page).getByRole('textbox', { name: 'New name' })
    await expect.poll(() => name.inputValue()).toBe('ground.qcow2')
    await isShown(dialog(page).getByText(careImages.overlay, { exact: false }).first())
    await closeDialog(page)
    expect(existsSync(file(careImages.base))).toBe(true)
  })

  it('is moved by keyboard alone, and the overlay on it is told', async () => {
    const { page } = app()
    await goTo(page, careImages.base)
    await runByKeyboard(page, 'Move to…')
    await chooseByKeyboard(page, dialog(page).getByRole('radio', { name: otherFolder() }))
    await isShown(dialog(page).getByText(careImages.overlay, { exact: false }).first())
    await tabTo(page, await readyButton(page, /^Move to/))
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    expect(existsSync(path.join(otherFolder(), careImages.base))).toBe(true)
    const info = await qemuImgJson<Backing>('info', file(careImages.overlay))
    expect(path.resolve(path.dirname(file('x')), info['full-backing-filename'] ?? '')).toBe(
      path.join(otherFolder(), careImages.base),
    )
  })

  it('names another backing file, and the receipt leads back', async () => {
    const { page } = app()
    const backing = async (): Promise<string | undefined> => {
      const info = await qemuImgJson<Backing>('info', file(careImages.overlay))
      return info['backing-filename']
    }
    const before = await backing()
    await goTo(page, careImages.overlay)
    await runByKeyboard(page, 'Change backing file…')
    await dialog(page)
      .getByRole('radio', { name: file(careImages.trashed) })
      .click()
    await (await readyButton(page, `Change to ${careImages.trashed}`)).click()
    await receiptOf(page)
    expect(await backing()).toBe(careImages.trashed)
    await dialog(page).getByRole('button', { name: 'Undo…' }).click()
    await (await readyButton(page, /^Undo: /)).click()
    await receiptOf(page)
    await closeDialog(page)
    expect(await backing()).toBe(before)
    // The dialogs and the palette that led here are gone: the keyboard is where it was before them.
    const list = page.getByRole('grid')
    await expect.poll(() => list.evaluate((grid) => grid === document.activeElement)).toBe(true)
  })

  it('leaves its checksum beside it by keyboard alone, and knows it again', async () => {
    const { page } = app()
    await goTo(page, careImages.trashed)
    await page.keyboard.press('Control+h')
    await chooseByKeyboard(page, dialog(page).getByRole('radio', { name: 'File' }))
    await tabTo(page, dialog(page).getByRole('button', { name: 'Compute SHA-256' }))
    await page.keyboard.press('Enter')
    await tabTo(page, await readyButton(page, `Save ${careImages.trashed}.sha256`))
    await page.keyboard.press('Enter')
    await isShown(page.getByText('Checksum file saved'))
    const saved = file(`${careImages.trashed}.sha256`)
    const digest = createHash('sha256').update(await readFile(file(careImages.trashed)))
    expect(await readFile(saved, 'utf8')).toBe(`${digest.digest('hex')}  ${careImages.trashed}\n`)
    await dialog(page).locator('input[type=file]').setInputFiles(saved)
    await isShown(dialog(page).getByText('Match', { exact: true }))
    await closeDialog(page)
  })

  it('goes with others to another folder, and who stays is told before and afterwards', async () => {
    const { page } = app()
    await goTo(page, careImages.cut)
    await rowOf(page, careImages.base).click({ modifiers: ['Control'] })
    await runByKeyboard(page, 'Move to…')
    // The keyboard is where a folder is chosen, not on a button that cannot be pressed.
    const radio = dialog(page).getByRole('radio', { name: otherFolder() })
    await radio.waitFor()
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('role') ?? null)
    await expect.poll(focused).toBe('radio')
    await radio.press('Enter')
    await isShown(dialog(page).getByText('1 left where it is: in this folder already'))
    expect(await axeFindings(page, kind)).toEqual([])
    await (await readyButton(page, /^Move to/)).click()
    await page.getByRole('dialog', { name: /^Move \d/ }).waitFor({ state: 'detached' })
    await isShown(page.getByText('1 image moved, 1 image left in place'))
    expect(existsSync(path.join(otherFolder(), careImages.cut))).toBe(true)
  })

  it('does not go to the Trash while an overlay needs it', async () => {
    const { page } = app()
    await goTo(page, careImages.base)
    await page.keyboard.press('Delete')
    await isShown(dialog(page).getByText(careImages.overlay, { exact: false }).first())
    const button = dialog(page).getByRole('button', { name: 'Move to Trash' })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await closeDialog(page)
  })

  it('goes to the Trash by keyboard alone and leaves the list', async () => {
    const { page } = app()
    await goTo(page, careImages.trashed)
    await page.keyboard.press('Delete')
    const button = await readyButton(page, 'Move to Trash')
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    await rowOf(page, careImages.trashed).waitFor({ state: 'detached' })
    expect(existsSync(file(careImages.trashed))).toBe(false)
  })
}
