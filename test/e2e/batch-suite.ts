/** The same work on many images: planned, held, stopped, reported and compared; by keyboard alone where it can be. */
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { dialog, readyButton, runByKeyboard } from './flows.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'
import { axeFindings, isShown, rowOf } from './window.ts'

const GiB = 1024 ** 3

/** Two that have space to give back, one that has none, and one that no compaction fits. */
const names = ['one.qcow2', 'two.qcow2', 'tidy.qcow2', 'other.vmdk'] as const

async function writeImages(folder: string): Promise<void> {
  await mkdir(folder)
  const file = (name: string): string => path.join(folder, name)
  for (const name of ['one.qcow2', 'two.qcow2']) {
    await qemuImg('create', '-q', '-f', 'qcow2', file(name), '64M')
    await qemuIo(file(name), 'write -q -P 1 0 4M', 'write -q -P 0 4M 4M', 'discard -q 0 2M')
  }
  const tidy = new Qcow2Builder().data(1).build()
  await writeBytes(file('tidy.qcow2'), tidy.bytes)
  await qemuImg('create', '-q', '-f', 'vmdk', file('other.vmdk'), '16M')
}

/** Long enough to be held in the middle of its checksum, and nothing on the disk. */
async function writeLong(file: string): Promise<void> {
  const long = await open(file, 'w')
  await long.truncate(24 * GiB)
  await long.close()
}

async function writeBytes(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w')
  await handle.write(bytes)
  await handle.close()
}

export function batchSuite(kind: HostKind): void {
  let folder: TempFolder
  let imageFolder: string
  let app: RunningApp
  const button = (name: string | RegExp): Locator => app.page.getByRole('button', { name })
  const status = (): Locator => app.page.locator('.batch-header').getByRole('status')
  const countOf = async (outcome: string): Promise<string | undefined> =>
    (
      await app.page
        .getByRole('group', { name: 'Show results by outcome' })
        .getByRole('button', { name: outcome })
        .textContent()
    )?.replaceAll(/\D/g, '')

  beforeAll(async () => {
    folder = await tempFolder('batch-of-changes')
    imageFolder = folder.file('images')
    await writeImages(imageFolder)
    app = await launch(kind, { folder: folder.path, paths: [imageFolder] })
    for (const name of names) await rowOf(app.page, name).waitFor()
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  it('compacts the whole list by keyboard alone, and says what it left out and why', async () => {
    await app.page.getByRole('grid').focus()
    await runByKeyboard(app.page, 'Compact all images in the list')
    await readyButton(app.page, /^Compact \d images$/)
    expect(await dialog(app.page).innerText()).toMatch(/1 skipped: /)
    expect(await axeFindings(app.page, kind)).toEqual([])
    await app.page.keyboard.press('Enter')
    await status()
      .getByText(/done in .* finished/)
      .waitFor({ timeout: 30_000 })
    // The list that had the keyboard is gone.
    expect(await app.page.evaluate(() => document.activeElement?.localName)).toBe('main')
    expect(await countOf('Failed')).toBe('0')
    expect(Number(await countOf('Done'))).toBeGreaterThanOrEqual(2)
    expect(await axeFindings(app.page, kind)).toEqual([])
    for (const name of ['one.qcow2', 'two.qcow2', 'tidy.qcow2']) {
      expect(await qemuCheck(path.join(imageFolder, name))).toMatchObject({ exitCode: 0 })
    }
  })

  it('shows the receipt of each image, and its log', async () => {
    await button('Show the result of one.qcow2').click()
    await isShown(dialog(app.page).locator('.receipt-title'))
    await dialog(app.page)
      .getByRole('button', { name: /^Log: / })
      .click()
    await isShown(dialog(app.page).getByText('job started'))
    expect(await axeFindings(app.page, kind)).toEqual([])
    // The log lies over the receipt, which is there again without it.
    await app.page.keyboard.press('Escape')
    await expect.poll(() => dialog(app.page).count()).toBe(1)
    await dialog(app.page).getByRole('button', { name: 'Close' }).last().click()
    await dialog(app.page).waitFor({ state: 'detached' })
  })

  it('checks a folder twice and tells what is worse than the time before', async () => {
    await checkFolder()
    const damaged = new Qcow2Builder().data(1).build()
    damaged.setRefcount(damaged.hostClusterOf(1), 0n)
    await writeBytes(path.join(imageFolder, 'tidy.qcow2'), damaged.bytes)
    await checkFolder()
    const comparison = app.page.locator('.batch-comparison')
    expect(await comparison.innerText()).toMatch(/1 new problem[^]*tidy\.qcow2: .+ before, .+ now/)
    expect(await axeFindings(app.page, kind)).toEqual([])
  })

  async function checkFolder(): Promise<void> {
    await button(`Actions for ${imageFolder}`).click()
    await app.page.getByRole('menuitem', { name: 'Check all images…' }).click()
    await (await readyButton(app.page, /^Check \d images$/)).click()
    await dialog(app.page).waitFor({ state: 'detached' })
    await status()
      .getByText(/checked in .* finished/)
      .waitFor({ timeout: 30_000 })
  }

  it('stands still, goes on, and keeps what it has when it is cancelled', async () => {
    await writeLong(path.join(imageFolder, 'long.raw'))
    await button('Back to the library').click()
    await button(`Actions for ${imageFolder}`).click()
    await app.page.getByRole('menuitem', { name: 'Read again' }).click()
    await rowOf(app.page, 'long.raw').waitFor()
    await app.page.getByRole('grid').focus()
    await app.page.keyboard.press('Control+a')
    await runByKeyboard(app.page, 'Compute SHA-256')
    await (await readyButton(app.page, /^Hash \d images$/)).click()
    await button(/^Pause: /).click()
    await isShown(status().getByText(/^Paused: /))
    await button(/^Resume: /).click()
    await isShown(status().getByText(/running for/))
    await expect.poll(() => countOf('Done'), { timeout: 20_000 }).not.toBe('0')
    await button(/^Cancel: /).click()
    await isShown(status().getByText(/finished/))
    // The long one is among them; a short one beside it may have been cut off, too.
    const cancelled = Number(await countOf('Cancelled'))
    expect(cancelled).toBeGreaterThanOrEqual(1)
    expect(await countOf('Done')).not.toBe('0')
    await isShown(button(`Run again for ${cancelled === 1 ? '1 image' : `${cancelled} images`}`))
  })

  it('keeps to its content security policy and throws nothing', () => {
    expect(app.complaints).toEqual([])
  })
}
