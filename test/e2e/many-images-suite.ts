/** 10,000 images: the window stays quick because it draws only what is in view. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { dialog } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { manyName, writeManyImages } from './images.ts'
import { isShown, rowOf } from './window.ts'

const count = 10_000

export function manyImagesSuite(kind: HostKind): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('many')
    const imageFolder = await writeManyImages(folder.file('images'), count)
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
    await app.page
      .locator(`[role=grid][aria-rowcount="${count + 1}"]`)
      .waitFor({ timeout: 120_000 })
  }, 240_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  }, 60_000)

  describe(`with ${count.toLocaleString('en')} images`, () => {
    it('reaches the last row with the End key', async () => {
      const grid = app.page.getByRole('grid')
      await grid.focus()
      await grid.press('Control+End')
      expect(await isShown(rowOf(app.page, manyName(count - 1)))).toBe(true)
      await grid.press('Control+Home')
      expect(await isShown(rowOf(app.page, manyName(0)))).toBe(true)
    })

    it('keeps the image that a filter found in sight when the filter is cleared', async () => {
      const found = rowOf(app.page, manyName(count - 10))
      const filter = app.page.getByPlaceholder('Filter')
      await filter.fill(manyName(count - 10))
      await found.click()
      await filter.fill('')
      await app.page.locator(`[role=grid][aria-rowcount="${count + 1}"]`).waitFor()
      expect(await isShown(found)).toBe(true)
      expect(await found.getAttribute('aria-selected')).toBe('true')
      await app.page.getByRole('grid').press('Escape')
    })

    it('draws few rows and no blank ones while it scrolls', async () => {
      const measured = await app.page.getByRole('grid').evaluate(async (grid) => {
        let mostRows = 0
        let blankFrames = 0
        for (let frame = 0; frame < 120; frame++) {
          grid.scrollTop += 1200
          // Two frames: the first runs the scroll handler, the second has drawn its result.
          for (let wait = 0; wait < 2; wait++) await new Promise(requestAnimationFrame)
          mostRows = Math.max(mostRows, grid.querySelectorAll('[role=row]').length)
          const { left, top, height } = grid.getBoundingClientRect()
          const middle = document.elementFromPoint(left + 60, top + height / 2)
          if (middle?.closest('[role=row]') === null) blankFrames += 1
        }
        return { mostRows, blankFrames, scrolled: grid.scrollTop }
      })
      expect(measured.scrolled).toBeGreaterThan(100_000)
      expect(measured.mostRows).toBeLessThanOrEqual(60)
      expect(measured.blankFrames).toBe(0)
    })

    it.runIf(kind === 'web')('keeps its memory within 150 MB', async () => {
      const session = await app.page.context().newCDPSession(app.page)
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      await session.detach()
      expect(usedSize).toBeLessThan(150_000_000)
    })

    it('goes on checking while the window is gone, and is cancelled where it stands', async () => {
      await app.page.getByRole('button', { name: 'Check all' }).click()
      await dialog(app.page)
        .getByRole('button', { name: /^Check [\d,]+ images$/ })
        .click()
      const activity = app.page.getByRole('button', { name: /^Activity: .* running$/ })
      expect(await isShown(activity)).toBe(true)
      await app.page.reload()
      expect(await isShown(activity)).toBe(true)

      await activity.click()
      await app.page
        .getByRole('region', { name: 'Jobs' })
        .getByRole('button', { name: /^Cancel: .*finished results are kept/ })
        .click()
      expect(await isShown(app.page.getByRole('button', { name: 'Activity', exact: true }))).toBe(
        true,
      )
      // The window comes back with the page it had, unless it had no time to say which that was.
      await app.page.getByRole('button', { name: /^All images/ }).click()
      expect(await isShown(rowOf(app.page, manyName(0)))).toBe(true)
    }, 60_000)

    it('filters to one image while typing', async () => {
      await app.page.keyboard.press('Control+f')
      await app.page.keyboard.type('vm-07654')
      expect(await isShown(app.page.locator('[role=grid][aria-rowcount="2"]'))).toBe(true)
      expect(await isShown(rowOf(app.page, manyName(7654)))).toBe(true)
    })
  })
}
