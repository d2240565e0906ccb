/** Repair: what is wrong, the plan, the repair itself, and a check afterwards. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { qemuImgJson } from '../helpers/qemu.ts'
import type { CareContext } from './care-suite.ts'
import { closeDialog, dialog, goTo, readyButton, receiptOf, runByKeyboard } from './flows.ts'
import { careImages } from './images.ts'
import { axeFindings, healthOf, isShown } from './window.ts'

export function repairFlows({ app, file, kind }: CareContext): void {
  it('is done to a copy, and the image is left alone', async () => {
    const { page } = app()
    const before = await readFile(file(careImages.leaking))
    await goTo(page, careImages.leaking)
    await runByKeyboard(page, 'Repair…')
    await dialog(page).getByRole('radio', { name: 'A copy' }).click()
    const name = dialog(page).getByRole('textbox', { name: 'Name of the copy' })
    expect(await name.inputValue()).toBe('leaking repaired.qcow2')
    await (await readyButton(page, 'Repair as leaking repaired.qcow2')).click()
    await receiptOf(page)
    await isShown(dialog(page).getByText('No problems found'))
    await dialog(page).getByRole('button', { name: 'Show the copy' }).click()
    await expect
      .poll(() => healthOf(page, 'leaking repaired.qcow2'), { timeout: 20_000 })
      .toBe('Healthy')
    expect((await readFile(file(careImages.leaking))).equals(before)).toBe(true)
    const check = await qemuImgJson<{ leaks?: number }>('check', file('leaking repaired.qcow2'))
    expect(check.leaks ?? 0).toBe(0)
  })

  it('is done by keyboard alone, and proved by a check', async () => {
    const { page } = app()
    await goTo(page, careImages.leaking)
    await runByKeyboard(page, 'Repair…')
    await isShown(dialog(page).getByText('3 leaked clusters', { exact: false }).first())
    const repair = await readyButton(page, /^Repair with 1 step/)
    expect(await axeFindings(page, kind)).toEqual([])
    expect(await repair.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await isShown(dialog(page).getByText('No problems found'))
    await closeDialog(page)
    await expect.poll(() => healthOf(page, careImages.leaking), { timeout: 20_000 }).toBe('Healthy')
    const check = await qemuImgJson<{ leaks?: number }>('check', file(careImages.leaking))
    expect(check.leaks ?? 0).toBe(0)
  })

  it('gives nothing up without a word of consent and the name of the image', async () => {
    const { page } = app()
    await goTo(page, careImages.cut)
    await runByKeyboard(page, 'Repair…')
    const consent = dialog(page).getByRole('checkbox')
    await consent.first().waitFor()
    await consent.first().click()
    const name = dialog(page).getByLabel(`Type ${careImages.cut} to agree`, { exact: false })
    await name.waitFor()
    const repair = dialog(page).getByRole('button', { name: /^Repair with/ })
    expect(await repair.getAttribute('aria-disabled')).toBe('true')
    await name.fill(careImages.cut)
    await (await readyButton(page, /^Repair with/)).click()
    await receiptOf(page)
    await isShown(dialog(page).getByText('No problems found'))
    await closeDialog(page)
    const check = await qemuImgJson<{ corruptions?: number }>('check', file(careImages.cut))
    expect(check.corruptions ?? 0).toBe(0)
  })
}
