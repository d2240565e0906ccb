/** The inspector's tabs answer with what is true of the file. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { images, writeImageFolder } from './images.ts'
import { isShown, rowOf } from './window.ts'

export function inspectorSuite(kind: HostKind): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('inspector')
    imageFolder = await writeImageFolder(folder.file('images'))
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  it('counts clusters on demand, as qemu-img check counts them', async () => {
    await rowOf(app.page, images.healthy).click()
    await app.page.getByRole('tab', { name: 'Details' }).click()
    await app.page.getByRole('button', { name: 'Count clusters' }).click()
    const card = app.page.getByRole('region', { name: 'Clusters of the active state' })
    await card.getByText('Zero, plain').waitFor()
    const qemu = await qemuImgJson<{ 'allocated-clusters': number; 'total-clusters': number }>(
      'check',
      '--output=json',
      `${imageFolder}/${images.healthy}`,
    )
    expect(await card.innerText()).toMatch(
      new RegExp(
        `Total\\s+${qemu['total-clusters'].toLocaleString('en')}\\s+Normal\\s+${qemu['allocated-clusters']}\\s`,
      ),
    )
  })

  it('says that a format cannot be mapped instead of offering it', async () => {
    await rowOf(app.page, images.foreign).click()
    await app.page.getByRole('tab', { name: 'Map' }).click()
    const panel = app.page.getByRole('tabpanel')
    expect(await isShown(panel.getByText(/Platter cannot map VMDK/))).toBe(true)
    expect(await app.page.getByRole('button', { name: 'Make the map' }).count()).toBe(0)
  })
}
