/** The lines of the card about the image's own file. */
import { unreachable, type ImageUse } from '../../../core/index.ts'
import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import type { CardFacts } from '../draft.ts'
import type { Surroundings } from './surroundings.ts'

type Tone = PreflightLine['tone']

/** Whoever reads it holds it as QEMU's readers do, and nobody can write to it meanwhile. */
export function lineOfUse(use: ImageUse): PreflightLine {
  const tone = { free: 'good', unknown: 'note', reading: 'stop', writing: 'stop' } as const
  const holders = use.holders.map(({ pid, name, vm }) => ({
    pid,
    name,
    ...(vm === undefined ? {} : { vm }),
  }))
  return { id: 'use', tone: tone[use.state], use: { state: use.state, holders } }
}

export function writableLine(
  path: string,
  { fileTrouble, folderTrouble }: Pick<Surroundings, 'fileTrouble' | 'folderTrouble'>,
): PreflightLine {
  const error = fileTrouble ?? folderTrouble
  return error === undefined
    ? { id: 'writable', tone: 'good', path }
    : { id: 'writable', tone: 'stop', path, error }
}

/**
 * What is known of the tables. `checkedAt` of a plan that judged them itself is now; raw images have none, and
 * no line.
 */
export function checkLine(
  row: Pick<LibraryRow, 'format' | 'health' | 'healthStale' | 'lastCheckAt'>,
  check: CardFacts['check'],
  now: number,
): PreflightLine | undefined {
  if (check.kind === 'does-not-matter' || row.format === 'raw') return undefined
  if (check.kind !== 'must-be-sound') {
    const { kind, health } = check
    const tone = kind === 'judged' ? toneOf(health, false) : health === 'healthy' ? 'good' : 'note'
    return { id: 'check', tone, health, stale: false, checkedAt: now }
  }
  const { health, healthStale: stale, lastCheckAt: checkedAt } = row
  return {
    id: 'check',
    tone: toneOf(health, stale),
    health,
    stale,
    ...(checkedAt === undefined ? {} : { checkedAt }),
  }
}

/** What was damaged stays so until a check says otherwise; what was healthy may have changed. */
function toneOf(health: Health, isStale: boolean): Tone {
  switch (health) {
    case 'damaged':
    case 'needs-repair':
    case 'cannot-read':
      return 'stop'
    case 'healthy':
      return isStale ? 'note' : 'good'
    case 'leaks':
    case 'dirty':
    case 'not-checked':
    case 'untrusted-links':
      return 'note'
    default:
      return unreachable(health)
  }
}

/** Undefined when next to nothing is needed. */
export function spaceLine(space: Surroundings['space']): PreflightLine | undefined {
  if (space === undefined || space.bytes === 0) return undefined
  const { folder, bytes: neededBytes, freeBytes } = space
  if (freeBytes === undefined) return { id: 'space', tone: 'note', folder, neededBytes }
  const tone = neededBytes > freeBytes ? 'stop' : 'good'
  return { id: 'space', tone, folder, neededBytes, freeBytes }
}
