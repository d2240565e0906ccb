import type { Steps } from './steps.ts'

/** A state of the window that is to be looked at, and how to get there. */
export interface Screen {
  /** Unique; part of the file name of its picture. */
  readonly name: string
  /** Parameters beside or in place of those that hold for all: renderer/fake/main.tsx lists them. */
  readonly query?: string
  readonly reach?: (at: Steps) => Promise<unknown>
}

/** One image of each kind, and work that takes no time: nothing passes by while it is looked at. */
export const queryOf = (screen: Screen): string => {
  const query = new URLSearchParams('library=all-kinds&pace=0')
  for (const [name, value] of new URLSearchParams(screen.query)) query.set(name, value)
  return query.toString()
}
