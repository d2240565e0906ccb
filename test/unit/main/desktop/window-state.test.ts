import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  imageSizes,
  librarySizes,
  loadWindowState,
  placeWindow as placeAnyWindow,
  saveWindowState,
  type Rectangle,
  type WindowState,
} from '../../../../main/desktop/window-state.ts'

const left = { x: 0, y: 0, width: 1920, height: 1040 }
const right = { x: 1920, y: 0, width: 2560, height: 1400 }
const at = (x: number, y: number, width = 1000, height = 700): WindowState => ({
  bounds: { x, y, width, height },
  maximized: false,
})

const placeWindow = (
  saved: WindowState | undefined,
  areas: readonly [Rectangle, ...Rectangle[]],
): Rectangle => placeAnyWindow(saved, areas, { sizes: librarySizes })

describe('placing the window', () => {
  it('puts the first one in the middle of the first screen', () => {
    expect(placeWindow(undefined, [left])).toEqual({ x: 320, y: 120, width: 1280, height: 800 })
  })

  it('leaves it where it was, on any screen', () => {
    expect(placeWindow(at(2000, 100), [left, right])).toEqual(at(2000, 100).bounds)
    expect(placeWindow(at(-800, 10), [left])).toEqual(at(-800, 10).bounds)
  })

  it.each([
    ['its screen is gone', at(2000, 100)],
    ['its title bar is above the screen', at(100, -300)],
    ['its title bar is below the screen', at(100, 1039)],
    ['too little of it is on the screen to grasp', at(-950, 100)],
  ])('brings it back to the middle when %s', (_why, saved) => {
    expect(placeWindow(saved, [left])).toEqual({ x: 460, y: 170, width: 1000, height: 700 })
  })

  it('makes it no larger than the screen and no smaller than usable', () => {
    expect(placeWindow(at(0, 0, 5000, 4000), [left])).toMatchObject({ width: 1920, height: 1040 })
    expect(placeWindow(at(0, 0, 10, 10), [left])).toMatchObject({ width: 720, height: 480 })
    expect(placeWindow(undefined, [{ x: 0, y: 0, width: 640, height: 400 }])).toEqual({
      x: 0,
      y: 0,
      width: 640,
      height: 400,
    })
  })
})

describe('placing the window of an image', () => {
  const place = (saved: WindowState | undefined, taken: readonly Rectangle[]): Rectangle =>
    placeAnyWindow(saved, [left], { sizes: imageSizes, taken })

  it('opens beside the window that it would hide', () => {
    const first = at(100, 100).bounds
    const second = place(at(100, 100), [first])
    expect(second).toEqual({ ...first, x: 128, y: 128 })
    expect(place(at(100, 100), [first, second])).toEqual({ ...first, x: 156, y: 156 })
    expect(place(at(100, 100), [at(300, 100).bounds])).toEqual(first)
  })

  it('stays on the screen however many there are', () => {
    const taken: Rectangle[] = []
    for (let count = 0; count < 60; count += 1) taken.push(place(at(100, 100), taken))
    for (const { x, y } of taken) {
      expect(x).toBeLessThan(left.width)
      expect(y).toBeLessThan(left.height)
    }
  })
})

describe('the state file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'platter-window-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is there as soon as it was saved', () => {
    const file = path.join(folder, 'deeper', 'window-state.json')
    saveWindowState(file, at(5, 6))
    expect(loadWindowState(file)).toEqual(at(5, 6))
  })

  it('that cannot be written is let go', async () => {
    const file = path.join(folder, 'a-file', 'window-state.json')
    await writeFile(path.join(folder, 'a-file'), '')
    saveWindowState(file, at(5, 6))
    expect(loadWindowState(file)).toBeUndefined()
  })

  it.each(['', '{', '[]', '{"bounds":{"x":0,"y":0,"width":-1,"height":5},"maximized":false}'])(
    'is forgotten when it holds %j',
    async (text) => {
      const file = path.join(folder, 'window-state.json')
      await writeFile(file, text)
      expect(loadWindowState(file)).toBeUndefined()
      expect(await readFile(file, 'utf8')).toBe(text)
    },
  )

  it('may be missing', () => {
    expect(loadWindowState(path.join(folder, 'none.json'))).toBeUndefined()
  })
})
