import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { isWithin } from '../images/is-within.ts'

/** Where a path lies. Two paths with the same of both can be renamed into each other. */
export interface Volume {
  /** Absolute path of the volume's uppermost folder. */
  readonly top: string
  /** The system's number of the device. */
  readonly device: string
}

/**
 * The volume of a path that is there. On Linux the mount table tells: one device may be mounted at several places, and
 * renaming from one of them to another fails like that between devices (rename(2), EXDEV).
 */
export async function volumeOf(file: string): Promise<Volume> {
  const device = String((await stat(file, { bigint: true })).dev)
  const points = await mountPoints()
  let top = path.parse(file).root
  if (points === undefined) return { top: await topByDevice(file, device), device }
  for (const point of points) if (point.length > top.length && isWithin(file, point)) top = point
  return { top, device }
}

export const isSameVolume = (one: Volume, other: Volume): boolean =>
  one.device === other.device && one.top === other.top

/** Undefined where the system has no such table. */
async function mountPoints(): Promise<readonly string[] | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
  } catch {
    return undefined
  }
}

/** proc(5): the fifth field is the mount point, with spaces, tabs, line ends and backslashes as octal numbers. */
const parseMountInfo = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    if (point === undefined) return []
    return point.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, 8)),
    )
  })

/** The uppermost folder above a file that lies on the same device. */
async function topByDevice(file: string, device: string): Promise<string> {
  let top = file
  for (;;) {
    const above = path.dirname(top)
    if (above === top) return top
    if (String((await stat(above, { bigint: true })).dev) !== device) return top
    top = above
  }
}
