/** A folder is checked as a whole, with counters while it runs and a report afterwards. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { axeFindings, healthOf, isShown, rowOf } from './window.ts'

export function batchCheckSuite(kind: HostKind): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('batch')
    const imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
    for (const name of Object.values(images)) await rowOf(app.page, name).waitFor()
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  it('says what it will check and what it will skip before it begins', async () => {
    await app.page.getByRole('button', { name: 'Check all' }).click()
    const dialog = app.page.getByRole('dialog')
    expect(await isShown(dialog)).toBe(true)
    expect(await dialog.textContent()).toMatch(/skipped/)
    expect(await axeFindings(app.page, kind)).toEqual([])
  })

  it('counts healthy, leaking and damaged images', async () => {
    await app.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Check \d+ images?$/ })
      .click()
    const counters = app.page.getByRole('group', { name: 'Show results by outcome' })
    const count = async (outcome: string) =>
      (await counters.getByRole('button', { name: outcome }).textContent())?.replace(/\D/g, '')
    expect(
      await isShown(app.page.getByRole('button', { name: `Show the result of ${images.damaged}` })),
    ).toBe(true)
    await expect.poll(() => count('Waiting'), { timeout: 20_000 }).toBe('0')
    expect([await count('Healthy'), await count('Leaks'), await count('Damaged')]).toEqual([
      '1',
      '1',
      '1',
    ])
    expect(await axeFindings(app.page, kind)).toEqual([])
  })

  it('leaves its findings in the library', async () => {
    await app.page.getByRole('button', { name: 'Back to the library' }).click()
    expect(await isShown(rowOf(app.page, images.healthy))).toBe(true)
    expect(await healthOf(app.page, images.healthy)).toBe('Healthy')
    expect(await healthOf(app.page, images.leaking)).toBe('Leaks')
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(app.complaints).toEqual([])
  })
}
