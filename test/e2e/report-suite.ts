/** The report of a check as a file. On the desktop a download asks where to save, which no test can see. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { isShown, rowOf } from './window.ts'

export function reportSuite(): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('report')
    const imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch('web', { folder: folder.path, paths: [imageFolder] })
    for (const name of Object.values(images)) await rowOf(app.page, name).waitFor()
    await app.page.getByRole('button', { name: 'Check all' }).click()
    await app.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Check \d+ images?$/ })
      .click()
    await app.page.getByText(/checked in .* finished/).waitFor()
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  it.each(['CSV', 'JSON', 'HTML'])('names every image that was checked, as %s', async (format) => {
    await app.page.getByRole('button', { name: 'Report', exact: true }).click()
    const download = app.page.waitForEvent('download')
    await app.page.getByRole('menuitem', { name: `Report as ${format}` }).click()
    const file = await download
    const toasts = app.page.getByText(/is in your browser’s downloads/)
    expect(await isShown(toasts.filter({ hasText: file.suggestedFilename() }).first())).toBe(true)
    expect(file.suggestedFilename().endsWith(`.${format.toLowerCase()}`)).toBe(true)
    const text = await readFile(await file.path(), 'utf8')
    const checked = [images.healthy, images.leaking, images.damaged]
    expect(checked.filter((name) => !text.includes(name))).toEqual([])
  })
}
