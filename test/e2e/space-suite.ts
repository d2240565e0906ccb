/** New images, other sizes and space given back, in the window; by keyboard alone where a flow can be. */
import { copyFile, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch as run } from '../helpers/launcher.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { noise } from '../helpers/noise.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { writeRawDisk } from '../helpers/raw-disks.ts'
import { dialog, receiptOf, runByKeyboard } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

const MiB = 1024 ** 2

/** A guest's disk: GPT with one partition of ext4 up to 65 MiB, free space behind it, and stored zeroes. */
async function writeGuestDisk(file: string): Promise<void> {
  const raw = `${file}.raw`
  await writeRawDisk(raw, { length: 96 * MiB, parts: [] })
  const tools = [
    ['sgdisk', '-n', '1:2048:+64M', '-c', '1:root', raw],
    ['mkfs.ext4', '-q', '-F', '-L', 'root', '-E', `offset=${MiB}`, raw, '64M'],
  ] as const
  for (const [tool, ...args] of tools) {
    const { exitCode, stderr } = await run(tool, args)
    if (exitCode !== 0) throw new Error(`${tool} ended with ${exitCode}: ${stderr}`)
  }
  await qemuImg('convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, file)
  await qemuIo(file, 'write -P 0 40M 8M')
}

/** Nothing of it can be given back but a part of its tables. */
async function writeFullDisk(file: string): Promise<void> {
  await writeRawDisk(`${file}.raw`, {
    length: 16 * MiB,
    parts: [{ at: 0, bytes: noise(1, 16 * MiB) }],
  })
  await qemuImg('convert', '-q', '-O', 'qcow2', '-o', 'cluster_size=4k', `${file}.raw`, file)
}

const virtualSizeOf = async (file: string): Promise<number> =>
  (await qemuImgJson<{ 'virtual-size': number }>('info', file))['virtual-size']

export function spaceSuite(kind: HostKind): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp
  const file = (name: string): string => path.join(imageFolder, name)
  const sheet = (): Locator => dialog(app.page)
  const button = (name: string | RegExp): Locator => sheet().getByRole('button', { name })

  beforeAll(async () => {
    folder = await tempFolder('space')
    imageFolder = folder.file('images')
    await mkdir(imageFolder)
    await writeGuestDisk(file('guest.qcow2'))
    await copyFile(file('guest.qcow2'), file('copy.qcow2'))
    await writeFullDisk(file('full.qcow2'))
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  /** Opens a dialog. In a browser such keys are the browser's own; there the letter goes with Alt and Shift. */
  async function press(letter: 'r' | 'n'): Promise<void> {
    await app.page.keyboard.press(kind === 'web' ? `Alt+Shift+${letter}` : `Control+${letter}`)
    const field = sheet().getByRole('textbox').first()
    await expect.poll(() => field.evaluate((element) => element.matches(':focus'))).toBe(true)
  }

  async function close(): Promise<void> {
    await app.page.keyboard.press('Escape')
    await sheet().waitFor({ state: 'detached' })
  }

  async function selectByKeyboard(name: string): Promise<void> {
    await app.page.getByRole('grid').focus()
    await app.page.keyboard.type(name)
    await rowOf(app.page, name).and(app.page.locator('[aria-selected]')).waitFor()
    await app.page.keyboard.press('Home')
    await rowOf(app.page, name).click()
  }

  describe('another size', () => {
    it('grows by keyboard alone and says what the guest does next', async () => {
      await selectByKeyboard('guest.qcow2')
      await press('r')
      await app.page.keyboard.type('+32M')
      await isReady(button('Grow to 128 MiB'))
      expect(await axeFindings(app.page, kind)).toEqual([])
      await app.page.keyboard.press('Enter')
      const next = sheet().getByRole('region', { name: 'Next step in the guest' })
      expect(await next.innerText()).toMatch(/growpart \/dev\/vda 1[^]*resize2fs \/dev\/vda1/)
      expect(await axeFindings(app.page, kind)).toEqual([])
      expect(await virtualSizeOf(file('guest.qcow2'))).toBe(128 * MiB)
      await close()
    })

    it('starts once, however often Enter comes', async () => {
      await selectByKeyboard('guest.qcow2')
      await press('r')
      await app.page.keyboard.type('+16M')
      await isReady(button('Grow to 144 MiB'))
      await sheet()
        .locator('form')
        .evaluate((form: HTMLFormElement) => {
          form.requestSubmit()
          form.requestSubmit()
        })
      await sheet().locator('.receipt-title').waitFor()
      expect(await virtualSizeOf(file('guest.qcow2'))).toBe(144 * MiB)
      await close()
      await runByKeyboard(app.page, 'Show or hide activity')
      const jobs = app.page.getByRole('region', { name: 'Jobs' })
      expect(await jobs.getByText('Resize guest.qcow2').count()).toBe(2)
      await runByKeyboard(app.page, 'Show or hide activity')
    })

    it('keeps a press that comes while the plan of what was typed is still being made', async () => {
      await selectByKeyboard('guest.qcow2')
      await press('r')
      await app.page.keyboard.type('+15M')
      await isReady(button('Grow to 159 MiB'))
      await sheet().getByRole('textbox').first().fill('+16M')
      await button('Grow to 160 MiB').click({ force: true })
      await sheet().locator('.receipt-title').waitFor()
      expect(await virtualSizeOf(file('guest.qcow2'))).toBe(160 * MiB)
      await close()
    })

    it('says why the disk cannot end within a partition, and how the guest makes room', async () => {
      await press('r')
      const slider = sheet().getByRole('slider', { name: 'New size of the disk' })
      await slider.focus()
      await slider.press('Home')
      await slider.press('ArrowLeft')
      expect(await slider.getAttribute('aria-valuetext')).toContain('Not possible: partition 1')
      const shrink = button(/^Shrink to/)
      expect(await shrink.getAttribute('aria-disabled')).toBe('true')
      const steps = sheet().getByRole('region', { name: 'Make it smaller in the guest first' })
      expect(await steps.innerText()).toContain('e2fsck -f /dev/vda1 && resize2fs /dev/vda1')
      expect(await axeFindings(app.page, kind)).toEqual([])
      await close()
    })

    it('shrinks to the smallest safe size, with the table at the new end', async () => {
      await press('r')
      await button(/^Smallest safe size/).click()
      await isReady(button(/^Shrink to/))
      await button(/^Shrink to/).click()
      expect(await receiptOf(app.page)).toContain('Shrank by')
      const size = await virtualSizeOf(file('guest.qcow2'))
      // The partition ends at 65 MiB; the table behind it takes a part of the next one.
      expect(size).toBe(66 * MiB)
      const raw = folder.file('shrunk.raw')
      await qemuImg('convert', '-O', 'raw', file('guest.qcow2'), raw)
      const { stdout } = await run('sgdisk', ['-v', raw])
      expect(stdout).toContain('No problems found')
      await close()
    })
  })

  describe('giving space back', () => {
    it('shows where the space goes, gives it back, and leaves the content as it was', async () => {
      await rowOf(app.page, 'copy.qcow2').click()
      const before = (await stat(file('copy.qcow2'))).blocks
      await app.page.keyboard.press('Control+m')
      await isReady(button(/^Compact, frees/))
      const causes = sheet().getByRole('region', { name: 'Where the space goes' })
      expect(await causes.innerText()).toMatch(/Zero data[^]*8 MiB/)
      expect(await axeFindings(app.page, kind)).toEqual([])
      const original = folder.file('original.qcow2')
      await copyFile(file('copy.qcow2'), original)
      await button(/^Compact, frees/).click()
      expect(await receiptOf(app.page)).toContain('given back')
      expect((await stat(file('copy.qcow2'))).blocks).toBeLessThan(before - 15_000)
      expect(await qemuImg('compare', original, file('copy.qcow2'))).toContain('identical')
      await qemuImg('check', '-q', file('copy.qcow2'))
      await close()
    })

    it('offers nothing where next to nothing is to be had, and says what the guest can do', async () => {
      await rowOf(app.page, 'full.qcow2').click()
      await app.page.keyboard.press('Control+m')
      await isShown(sheet().getByText('fstrim -av'))
      expect(await button(/^Compact/).getAttribute('aria-disabled')).toBe('true')
      await close()
    })
  })

  describe('a new image', () => {
    it('is made by keyboard alone and shown in the library', async () => {
      await press('n')
      await app.page.keyboard.type('fresh')
      await app.page.keyboard.press('Tab')
      await app.page.keyboard.type('2G')
      await isReady(button('Create fresh.qcow2'))
      expect(await axeFindings(app.page, kind)).toEqual([])
      await app.page.keyboard.press('Enter')
      await button('Show in the library').press('Enter')
      expect(await isShown(rowOf(app.page, 'fresh.qcow2'))).toBe(true)
      expect(await virtualSizeOf(file('fresh.qcow2'))).toBe(2048 * MiB)
    })

    it('is laid over another one, which it names as its neighbour', async () => {
      await rowOf(app.page, 'full.qcow2').click()
      await runByKeyboard(app.page, 'Create overlay')
      await isReady(button('Create overlay.qcow2'))
      await app.page.keyboard.press('Enter')
      await button('Show in the library').press('Enter')
      const info = await qemuImgJson<Record<string, unknown>>('info', file('overlay.qcow2'))
      expect(info).toMatchObject({
        'backing-filename': 'full.qcow2',
        'backing-filename-format': 'qcow2',
        'virtual-size': 16 * MiB,
      })
    })

    it('does not take the place of a file that is there', async () => {
      // While one dialog goes, no other is opened by a key.
      await sheet().waitFor({ state: 'detached' })
      await press('n')
      await app.page.keyboard.type('guest')
      expect(
        await isShown(sheet().getByText('guest.qcow2 is there already', { exact: true })),
      ).toBe(true)
      expect(await button('Create guest.qcow2').getAttribute('aria-disabled')).toBe('true')
      await close()
    })

    it('keeps to its content security policy and throws nothing', () => {
      expect(app.complaints).toEqual([])
    })
  })
}

/** The plan is there and allows it. */
async function isReady(button: Locator): Promise<void> {
  await expect.poll(() => button.getAttribute('aria-disabled'), { timeout: 20_000 }).toBeNull()
}
