import type { ImageUse } from '../../core/index.ts'

/** Who has the image open, and where the system cannot tell, what keeps other programs away from it. */
export function wordsForUse({ state, holders, locking = 'none' }: ImageUse): string {
  const who = holders.map(({ name, pid, vm }) => `${vm ?? name} (PID ${pid})`).join(', ')
  const by = who === '' ? '' : ` by ${who}`
  return {
    free: 'not in use',
    reading: `being read${by}`,
    writing: `in use${by}: what is shown may lag behind`,
    unknown: `not known: there are no QEMU locks on this system; ${keptAway[locking]}`,
  }[state]
}

const keptAway = {
  // Then the state is known.
  'lock-bytes': 'QEMU and Platter keep each other out',
  'whole-file': 'only Platter is kept from writing to it twice',
  none: 'nobody is kept from writing to it twice',
} as const
