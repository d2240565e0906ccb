import path from 'node:path'
import { isWithin } from '../images/is-within.ts'
import type { NamedBacking, Retelling } from './place-tasks.ts'

/**
 * What an overlay has to call its backing file at a new place, in the way it did so far: by its whole path, or from its
 * own folder where the new place is in there.
 */
export function retellingOf(
  { path: overlay, backing }: NamedBacking,
  to: string,
): Retelling | undefined {
  if (backing === undefined) return undefined
  const folder = path.dirname(overlay)
  const isRelative = !path.isAbsolute(backing.name) && isWithin(to, folder)
  const name = isRelative ? asPath(path.relative(folder, to)) : to
  return { path: overlay, change: { kind: 'relink', before: { ...backing, name }, after: backing } }
}

/**
 * An image that calls its own backing file by its way from the folder that it leaves: the whole path is right before and
 * after. Undefined when it does not.
 */
export function ownRetelling(
  { path: image, backing }: NamedBacking,
  to: string,
): Retelling | undefined {
  if (backing === undefined || path.isAbsolute(backing.name)) return undefined
  if (path.dirname(to) === path.dirname(image)) return undefined
  const name = path.resolve(path.dirname(image), backing.name)
  return { path: image, change: { kind: 'relink', before: { ...backing, name }, after: backing } }
}

/** QEMU takes what comes before a colon for a protocol, unless a slash comes first. */
const asPath = (name: string): string => (/^[^/\\]*:/.test(name) ? `./${name}` : name)

/** Whether it would be parted from its data file, whose name nothing can change in the image: it counts from the folder. */
export const leavesDataFile = ({ path: image, dataFile }: NamedBacking, to: string): boolean =>
  dataFile !== undefined && !path.isAbsolute(dataFile) && path.dirname(to) !== path.dirname(image)
