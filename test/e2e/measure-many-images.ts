/**
 * `node test/e2e/measure-many-images.ts [--count N] [--rounds N]`: a library of 10,000 images in the real window, over the built
 * web host and in a real browser (`npm run build` first). Prints a table; fails on no target.
 */
import { parseArgs } from 'node:util'
import type { CDPSession, Locator, Page } from 'playwright-core'
import { launch, type RunningApp } from './hosts.ts'
import { manyName, writeManyImages } from './images.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
  },
})
const count = Number(values.count)
const rounds = Number(values.rounds)

interface Measured {
  readonly what: string
  readonly target: string
  readonly median: string
  readonly worst: string
}

const measured: Measured[] = []
const MiB = 1024 ** 2

await using folder = await tempFolder('many-images-bench')
const images = await writeManyImages(folder.file('images'), count)
const first = await launch('web', { folder: folder.path, paths: [images] })
await readFolder(first)
await first.close()
const app = await launch('web', { folder: folder.path, paths: [images] })
try {
  const session = await app.page.context().newCDPSession(app.page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await startUp(app.page, session)
  await filterAndSort(app.page)
  await scroll(app.page, session)
  await heap(session)
  await workOnAll(app.page)
} finally {
  await app.close()
}
print()

/** From the start of the host on a new folder: when the last image is in the list, and whether the window lived. */
async function readFolder({ page }: RunningApp): Promise<void> {
  const from = performance.now()
  await page.locator('main').waitFor()
  const longest = page.evaluate(longestFrame, count + 1)
  await whole(page).waitFor({ timeout: 300_000 })
  add(`a folder of ${count} headers is read`, '20 s', [performance.now() - from])
  add('longest frame meanwhile', 'responsive', [await longest])
}

/** From opening the page to a list that answers the keyboard; the host knows the images already. */
async function startUp(page: Page, session: CDPSession): Promise<void> {
  await whole(page).waitFor({ timeout: 60_000 })
  const rows: number[] = []
  const all: number[] = []
  const work: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await page.reload({ waitUntil: 'commit' })
    const before = await processorMs(session)
    await page.locator('[role=row][data-image-id]').first().waitFor()
    rows.push(await page.evaluate(() => performance.now()))
    work.push((await processorMs(session)) - before)
    await whole(page).waitFor()
    all.push(await page.evaluate(() => performance.now()))
  }
  add('the window shows the first rows', '500 ms', rows)
  add('processor time of the window until then', 'none', work)
  add('it has them all', 'none', all)
}

/** What the page's own thread has worked: the same on a machine that has other things to do. */
async function processorMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

async function filterAndSort(page: Page): Promise<void> {
  const filtered: number[] = []
  const sorted: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const name = manyName(round * 997)
    filtered.push(await page.evaluate(filterTo, name))
    await page.evaluate(filterTo, '')
    sorted.push(await page.evaluate(sortBy, round % 2 === 0 ? 'onDisk' : 'name'))
  }
  add('a word in the filter', '50 ms', filtered)
  add('another column to sort by', '100 ms', sorted)
}

async function scroll(page: Page, session: CDPSession): Promise<void> {
  const before = await processorMs(session)
  const { longest, blank, steps } = await page.evaluate(scrollThrough)
  add('processor time of a step of scrolling', 'none', [
    ((await processorMs(session)) - before) / steps,
  ])
  add('longest frame while it scrolls', '50 ms', [longest])
  measured.push({
    what: 'frames without rows',
    target: '0',
    median: String(blank),
    worst: String(blank),
  })
}

async function heap(session: CDPSession): Promise<void> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const size = `${(usedSize / MiB).toFixed(0)} MiB`
  measured.push({ what: 'heap of the window', target: '150 MB', median: size, worst: size })
}

/** A batch of as many jobs: until the window says that it runs, and until nothing of it is left. */
async function workOnAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check all' }).click()
  const begin = page.getByRole('button', { name: /^Check [\d,]+ images$/ })
  await begin.waitFor()
  let from = performance.now()
  await begin.click()
  const activity = page.getByRole('button', { name: /^Activity: .* running$/ })
  await activity.waitFor()
  add('a check of all of them begins', 'none', [performance.now() - from])
  await activity.click()
  const cancel = page.getByRole('button', { name: /^Cancel: .*finished results are kept/ }).first()
  await cancel.waitFor()
  from = performance.now()
  await cancel.click()
  await page.getByRole('button', { name: 'Activity', exact: true }).waitFor()
  add('it is cancelled', 'none', [performance.now() - from])
}

function whole(page: Page): Locator {
  return page.locator(`[role=grid][aria-rowcount="${count + 1}"]`)
}

function add(what: string, target: string, times: readonly number[]): void {
  const ordered = times.toSorted((a, b) => a - b)
  const shown = (ms = 0): string =>
    ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(0)} ms`
  measured.push({
    what,
    target,
    median: shown(ordered[Math.floor(ordered.length / 2)]),
    worst: shown(ordered.at(-1)),
  })
}

function print(): void {
  console.log(`| ${count} images | Median | Worst | Target |\n| --- | --- | --- | --- |`)
  for (const { what, median, worst, target } of measured)
    console.log(`| ${what} | ${median} | ${worst} | ${target} |`)
}

// What follows runs in the page.

/** The longest time between two frames, until the list has as many rows as told. */
async function longestFrame(rowCount: number): Promise<number> {
  let longest = 0
  let last = performance.now()
  const isWhole = (): boolean =>
    document.querySelector(`[role=grid][aria-rowcount="${rowCount}"]`) !== null
  while (!isWhole()) {
    const now = await new Promise<number>(requestAnimationFrame)
    longest = Math.max(longest, now - last)
    last = now
  }
  return longest
}

/** From the input to the frame that shows what is left. */
async function filterTo(text: string): Promise<number> {
  const field = document.querySelector<HTMLInputElement>('.library-filter input')
  if (field === null) throw new Error('there is no filter')
  const before = document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')
  // React listens to the setter of the prototype, which it has replaced on the element.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text)
  const from = performance.now()
  field.dispatchEvent(new Event('input', { bubbles: true }))
  while (document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === before)
    await new Promise(requestAnimationFrame)
  return performance.now() - from
}

async function sortBy(column: string): Promise<number> {
  const heading = document.getElementById(`column-${column}`)
  const from = performance.now()
  heading?.click()
  const isSorted = (): boolean =>
    heading?.closest('[role=columnheader]')?.getAttribute('aria-sort') !== 'none'
  do await new Promise(requestAnimationFrame)
  while (!isSorted())
  return performance.now() - from
}

interface Scrolled {
  readonly longest: number
  readonly blank: number
  readonly steps: number
}

async function scrollThrough(): Promise<Scrolled> {
  const steps = 240
  const grid = document.querySelector('[role=grid]')
  if (grid === null) throw new Error('there is no list')
  let longest = 0
  let blank = 0
  let last = performance.now()
  for (let frame = 0; frame < steps; frame += 1) {
    grid.scrollTop += 700
    const now = await new Promise<number>(requestAnimationFrame)
    longest = Math.max(longest, now - last)
    // The first frame runs the handler of scrolling, the second has drawn what came of it.
    last = await new Promise<number>(requestAnimationFrame)
    const { left, top, height } = grid.getBoundingClientRect()
    if (document.elementFromPoint(left + 60, top + height / 2)?.closest('[role=row]') === null)
      blank += 1
  }
  return { longest, blank, steps }
}
