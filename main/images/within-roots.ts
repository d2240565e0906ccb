import { isWithin } from './is-within.ts'

/** Whether a shell with these roots may do anything about a path that the library knows, there or not. */
export const isWithinRoots = (roots: readonly string[] | undefined, path: string): boolean =>
  roots === undefined || roots.some((root) => isWithin(path, root))
