import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
})
export type Rectangle = z.infer<typeof rectangle>

const windowState = z.object({ bounds: rectangle, maximized: z.boolean() })
export type WindowState = z.infer<typeof windowState>

interface Size {
  readonly width: number
  readonly height: number
}

/** In pixels. */
export interface WindowSizes {
  readonly smallest: Size
  readonly first: Size
}

export const librarySizes: WindowSizes = {
  smallest: { width: 720, height: 480 },
  first: { width: 1280, height: 800 },
}
export const imageSizes: WindowSizes = {
  smallest: { width: 480, height: 400 },
  first: { width: 920, height: 760 },
}

/** How much of a window must be on a screen for a person to find and drag it, in pixels. */
const graspable = { width: 120, height: 40 } as const

/** Undefined when there is none yet or it is damaged; a lost window position is not worth a word. */
export function loadWindowState(file: string): WindowState | undefined {
  try {
    return windowState.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

/** At once: it is called when a window closes, and with the last one the process ends. A lost place is not worth a word. */
export function saveWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch {
    // A full or read-only disk: the next window opens where the last one that could be kept was.
  }
}

export interface Placing {
  readonly sizes: WindowSizes
  /** Places of other windows, which the new one must not hide. */
  readonly taken?: readonly Rectangle[]
}

/** How far a window opens from the one that it would hide, in pixels. */
const cascade = 28

/**
 * Where the window opens: as it was left, unless its title bar would be on no screen (a monitor that
 * is gone), then in the middle of the first one. Never larger than the screen, never right on another one.
 */
export function placeWindow(
  saved: WindowState | undefined,
  workAreas: readonly [Rectangle, ...Rectangle[]],
  { sizes, taken = [] }: Placing,
): Rectangle {
  const area =
    (saved && workAreas.find((screen) => isGraspable(saved.bounds, screen))) ?? workAreas[0]
  const wanted = saved?.bounds ?? sizes.first
  const width = Math.min(Math.max(wanted.width, sizes.smallest.width), area.width)
  const height = Math.min(Math.max(wanted.height, sizes.smallest.height), area.height)
  let place =
    saved !== undefined && isGraspable(saved.bounds, area)
      ? { ...saved.bounds, width, height }
      : {
          x: area.x + Math.round((area.width - width) / 2),
          y: area.y + Math.round((area.height - height) / 2),
          width,
          height,
        }
  while (taken.some(({ x, y }) => x === place.x && y === place.y)) {
    const next = { ...place, x: place.x + cascade, y: place.y + cascade }
    // At the edge of the screen there is no further place: better hidden than out of sight.
    if (!isGraspable(next, area)) break
    place = next
  }
  return place
}

/** The title bar is at the top, so the top edge must be inside and enough of the width visible. */
function isGraspable(bounds: Rectangle, area: Rectangle): boolean {
  const visibleWidth =
    Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const isTopInside = bounds.y >= area.y && bounds.y + graspable.height <= area.y + area.height
  return visibleWidth >= graspable.width && isTopInside
}
