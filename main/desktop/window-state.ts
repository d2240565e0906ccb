import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
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

export const smallestWindow = { width: 720, height: 480 } as const
const firstSize = { width: 1280, height: 800 } as const

/** How much of a window must be on a screen for a person to find and drag it, in pixels. */
const graspable = { width: 120, height: 40 } as const

/** Undefined when there is none yet or it is damaged; a lost window position is not worth a word. */
export async function loadWindowState(file: string): Promise<WindowState | undefined> {
  try {
    const parsed = windowState.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.data
  } catch {
    return undefined
  }
}

export async function saveWindowState(file: string, state: WindowState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(state))
  await rename(`${file}.new`, file)
}

/**
 * Where the window opens: as it was left, unless its title bar would be on no screen (a monitor that
 * is gone), then in the middle of the first one. Never larger than the screen.
 */
export function placeWindow(
  saved: WindowState | undefined,
  workAreas: readonly [Rectangle, ...Rectangle[]],
): Rectangle {
  const home =
    saved === undefined ? undefined : workAreas.find((area) => isGraspable(saved.bounds, area))
  const area = home ?? workAreas[0]
  const wanted = saved?.bounds ?? firstSize
  const width = Math.min(Math.max(wanted.width, smallestWindow.width), area.width)
  const height = Math.min(Math.max(wanted.height, smallestWindow.height), area.height)
  if (saved !== undefined && home !== undefined) return { ...saved.bounds, width, height }
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  }
}

/** The title bar is at the top, so the top edge must be inside and enough of the width visible. */
function isGraspable(bounds: Rectangle, area: Rectangle): boolean {
  const visibleWidth =
    Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const isTopInside = bounds.y >= area.y && bounds.y + graspable.height <= area.y + area.height
  return visibleWidth >= graspable.width && isTopInside
}
