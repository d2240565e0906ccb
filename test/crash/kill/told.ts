/**
 * What a writing process does, decided by its seed alone, so that its parent can tell from two numbers what
 * the disk may hold when it is killed.
 */
import { seededRandom, type Random } from '../../helpers/random.ts'
import { randomAction, type GuestAction } from '../../model/guest-actions.ts'

export interface ToldDisk {
  readonly virtualSize: number
  readonly clusterSize: number
}

/** The actions of a process, one after the other, for ever. */
export function* toldActions(seed: number, disk: ToldDisk): Generator<GuestAction> {
  const random: Random = seededRandom(seed)
  for (;;) yield randomAction(random, disk)
}

/** One byte and a number, in a line each, written before an action begins and after a flush returned. */
export type Report = { readonly kind: 'begun' | 'flushed'; readonly action: number }

export const formatReport = ({ kind, action }: Report): string =>
  `${kind === 'begun' ? 'b' : 'f'}${action}\n`

/** The last of each kind in the lines that arrived; a line that was cut off is none. */
export function lastReports(lines: string): { readonly begun: number; readonly flushed: number } {
  let begun = -1
  let flushed = -1
  for (const line of lines.split('\n').slice(0, -1)) {
    const action = Number(line.slice(1))
    if (line.startsWith('b')) begun = action
    else flushed = action
  }
  return { begun, flushed }
}
