/** Taking back what the flows before did: by key, from the history, and what is kept for it. */
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { qemuIo } from '../helpers/qemu.ts'
import type { CareContext } from './care-suite.ts'
import { closeDialog, dialog, goTo, readyButton, receiptOf } from './flows.ts'
import { careImages } from './images.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

export function undoFlows({ app, file, kind }: CareContext): void {
  it('brings the newest change back by keyboard alone, after a preview', async () => {
    const { page } = app()
    await page.getByRole('grid').focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+z')
    await isShown(dialog(page).getByText('What returns'))
    await readyButton(page, /^Undo: Move to Trash/)
    expect(await axeFindings(page, kind)).toEqual([])
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    await isShown(rowOf(page, careImages.trashed))
    expect(existsSync(file(careImages.trashed))).toBe(true)
  })

  it('is offered by the history of the image', async () => {
    const { page } = app()
    await goTo(page, 'mail server.qcow2')
    await page.getByRole('tab', { name: 'History' }).click()
    const entry = page.getByRole('listitem').filter({ hasText: 'Rename' }).first()
    await entry.locator('summary').click()
    await entry.getByRole('button', { name: 'Undo…' }).click()
    await (await readyButton(page, /^Undo: Rename/)).click()
    await receiptOf(page)
    await closeDialog(page)
    await isShown(rowOf(page, careImages.renamed))
    expect(existsSync(file(careImages.renamed))).toBe(true)
  })

  it('refuses with the reason once the image changed', async () => {
    const { page } = app()
    await goTo(page, careImages.leaking)
    await qemuIo(file(careImages.leaking), 'write -P 0x33 0 64k')
    await page.keyboard.press('Control+z')
    const button = dialog(page).getByRole('button', { name: /^Undo: Repair/ })
    await button.waitFor()
    await expect
      .poll(async () => await dialog(page).locator('.preflight-stop, .error-panel').count(), {
        timeout: 20_000,
      })
      .toBeGreaterThan(0)
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await closeDialog(page)
  })

  it('is kept until somebody lets it go in the settings', async () => {
    const { page } = app()
    await page.keyboard.press('Control+,')
    await isShown(dialog(page).getByRole('region', { name: 'Changes that can be undone' }))
    expect(await axeFindings(page, kind)).toEqual([])
    await dialog(page).getByRole('button', { name: 'Forget all…' }).click()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await isShown(dialog(page).getByText('Nothing is kept at the moment.'))
    await closeDialog(page)
  })
}
