/** Who needs an image: virtual machines, overlays, and what nobody needs. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

const quickemu = 'guest_os="linux"\ndisk_img="web.qcow2"\n'

export function relationsSuite(kind: HostKind): void {
  let folder: TempFolder
  let app: RunningApp
  const file = (name: string): string => folder.file('images', name)

  beforeAll(async () => {
    folder = await tempFolder('relations')
    await mkdir(folder.file('images'))
    for (const name of ['base.qcow2', 'web.qcow2', 'left-over.qcow2']) {
      await qemuImg('create', '-q', '-f', 'qcow2', file(name), '8M')
    }
    const overlay = ['-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', file('overlay.qcow2')]
    await qemuImg('create', '-q', ...overlay)
    await writeFile(file('web01.conf'), quickemu)
    app = await launch(kind, { folder: folder.path, paths: [path.dirname(file('base.qcow2'))] })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const view = (name: RegExp) => app.page.getByRole('navigation').getByRole('button', { name })

  describe('what needs an image', () => {
    it('stands in its row, and in the views of the sidebar', async () => {
      const cell = rowOf(app.page, 'web.qcow2').locator('.library-cell-usedBy')
      await expect.poll(() => cell.textContent(), { timeout: 20_000 }).toBe('web01')
      await view(/^Orphans/).click()
      expect(await isShown(rowOf(app.page, 'left-over.qcow2'))).toBe(true)
      expect(await app.page.getByRole('grid').getAttribute('aria-rowcount')).toBe('3')
      expect(await isShown(app.page.getByText(/virtual machine/).first())).toBe(true)
      expect(await axeFindings(app.page, kind)).toEqual([])
    })

    it('is walked by keyboard along its chain, and a broken link is told at once', async () => {
      await view(/^Backing chains/).focus()
      await app.page.keyboard.press('Enter')
      const chains = app.page.getByRole('tree')
      await chains.focus()
      await app.page.keyboard.press('ArrowRight')
      const overlay = app.page.getByRole('treeitem', { name: /^overlay\.qcow2.* builds on base/ })
      expect(await overlay.getAttribute('aria-selected')).toBe('true')
      expect(await axeFindings(app.page, kind)).toEqual([])

      await rename(file('base.qcow2'), folder.file('moved.qcow2'))
      const broken = app.page.getByRole('treeitem', { name: /^base\.qcow2.*Missing/ })
      expect(await isShown(broken)).toBe(true)
      await chains.focus()
      await app.page.keyboard.press('ArrowLeft')
      expect(await broken.getAttribute('aria-selected')).toBe('true')
      expect(await isShown(app.page.getByRole('button', { name: 'Locate…' }))).toBe(true)
      await rename(folder.file('moved.qcow2'), file('base.qcow2'))
      expect(
        await isShown(app.page.getByRole('treeitem', { name: /^base\.qcow2.*1 overlay/ })),
      ).toBe(true)
    })

    it('opens from the chain in the list, selected and inspected', async () => {
      await app.page.getByRole('tree').focus()
      await app.page.keyboard.press('Home')
      await app.page.keyboard.press('Enter')
      await expect
        .poll(() => rowOf(app.page, 'base.qcow2').getAttribute('aria-selected'))
        .toBe('true')
    })
  })
}
