/** Snapshots: taken, looked at as list and tree, applied, renamed, deleted. */
import { expect, it } from 'vitest'
import { qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import type { CareContext } from './care-suite.ts'
import { closeDialog, dialog, goTo, readyButton, receiptOf, runByKeyboard, tabTo } from './flows.ts'
import { careImages } from './images.ts'
import { axeFindings, isShown } from './window.ts'

interface Info {
  readonly snapshots?: readonly { readonly name: string }[]
}

export function snapshotFlows({ app, file, kind }: CareContext): void {
  const namesOf = async (): Promise<readonly string[]> => {
    const { snapshots = [] } = await qemuImgJson<Info>('info', file(careImages.snapshots))
    return snapshots.map(({ name }) => name)
  }

  it('is taken by keyboard alone under a name of its own', async () => {
    const { page } = app()
    await goTo(page, careImages.snapshots)
    await runByKeyboard(page, 'Take snapshot…')
    const name = dialog(page).getByRole('textbox', { name: 'Name' })
    await name.waitFor()
    await readyButton(page, 'Take snapshot')
    expect(await axeFindings(page, kind)).toEqual([])
    // The proposed name is selected: typing replaces it.
    await page.keyboard.type('before the upgrade')
    // Enter before the plan is there: it counts when the plan comes.
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    expect(await namesOf()).toEqual(['before the upgrade'])
  })

  it('is applied by keyboard alone, and the present state is kept first', async () => {
    const { page } = app()
    await qemuIo(file(careImages.snapshots), 'write -P 0x77 1M 1M')
    await goTo(page, careImages.snapshots)
    await runByKeyboard(page, 'Manage snapshots')
    await tabTo(page, page.getByRole('button', { name: 'Apply before the upgrade' }))
    await page.keyboard.press('Enter')
    await tabTo(page, dialog(page).getByLabel('Name of the present state'))
    await page.keyboard.press('Control+a')
    await page.keyboard.type('after it')
    await tabTo(page, await readyButton(page, 'Keep and apply'))
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    expect(await namesOf()).toEqual(['before the upgrade', 'after it'])
    await qemuIo(file(careImages.snapshots), 'read -P 0x11 1M 1M')
  })

  it('is found in the tree with the arrow keys', async () => {
    const { page } = app()
    await page.getByRole('radio', { name: 'Tree' }).click()
    const tree = page.getByRole('tree')
    await isShown(tree.getByRole('treeitem', { name: 'before the upgrade' }))
    expect(await axeFindings(page, kind)).toEqual([])
    await tree.getByRole('treeitem', { selected: true }).focus()
    await page.keyboard.press('Home')
    const first = tree.getByRole('treeitem', { selected: true })
    expect(await first.evaluate((node) => node === document.activeElement)).toBe(true)
    await isShown(page.getByRole('article'))
    await page.getByRole('radio', { name: 'List' }).click()
  })

  it('gets another name by keyboard alone', async () => {
    const { page } = app()
    await tabTo(page, page.getByRole('button', { name: 'Rename after it' }))
    await page.keyboard.press('Enter')
    await tabTo(page, dialog(page).getByRole('textbox', { name: 'Name' }))
    await page.keyboard.press('Control+a')
    await page.keyboard.type('tuned')
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    expect(await namesOf()).toEqual(['before the upgrade', 'tuned'])
  })

  it('says what deleting frees before it is deleted, by keyboard alone', async () => {
    const { page } = app()
    await tabTo(page, page.getByRole('button', { name: 'Delete tuned' }))
    await page.keyboard.press('Enter')
    await isShown(dialog(page).getByText(/^Frees /))
    await tabTo(page, await readyButton(page, 'Delete snapshot'))
    await page.keyboard.press('Enter')
    await receiptOf(page)
    await closeDialog(page)
    expect(await namesOf()).toEqual(['before the upgrade'])
  })
}
