import type { PreflightLine, UndoReason } from '../../../ipc/schemas/preflight.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { relativeDate } from '../../format/dates.ts'
import { formatEstimate } from '../../format/durations.ts'
import { explain } from '../../state/explain-error.ts'
import { unreachable } from '../../unreachable.ts'
import { planTexts } from './plan-texts.ts'

export interface PreflightWords {
  readonly title: string
  /** Further sentences; for lines that are not in order. */
  readonly detail?: string
}

export interface WordingOptions {
  readonly units: ByteUnits
  readonly now: number
}

type Line<Id extends PreflightLine['id']> = Extract<PreflightLine, { id: Id }>

/** Names beyond this many are counted. */
const namesShown = 4

/** One line of the card as a sentence. */
export function preflightWords(line: PreflightLine, options: WordingOptions): PreflightWords {
  const { time } = planTexts()
  switch (line.id) {
    case 'use':
      return openWords(line)
    case 'writable':
      return writableWords(line)
    case 'check':
      return { title: checkWords(line, options) }
    case 'space':
      return { title: spaceWords(line, options) }
    case 'snapshots':
      return { title: snapshotWords(line) }
    case 'children':
      return childrenWords(line)
    case 'vms':
      return vmWords(line)
    case 'undo':
      return undoWords(line, options)
    case 'time':
      // So short, a number would only pretend to know.
      return {
        title: line.seconds < 2 ? time.moment : time.about(formatEstimate(line.seconds)),
      }
    case 'refusal': {
      const { title, detail, advice } = explain(line.error)
      return { title, detail: `${detail} ${advice}` }
    }
    default:
      return unreachable(line)
  }
}

function undoWords(
  { undo, keptBytes, because }: Line<'undo'>,
  { units }: WordingOptions,
): PreflightWords {
  const words = planTexts().undo
  switch (undo) {
    case 'not-needed':
      return {
        title: because?.kind === 'original-stays' ? words.originalStays : words.notNeeded,
      }
    case 'while-unchanged':
      return { title: words.whileUnchanged }
    case 'while-kept':
      return {
        title:
          // A cut end that was empty needs nothing kept.
          keptBytes === undefined || keptBytes === 0
            ? words.whileKept
            : words.whileKeptBytes(formatBytes(keptBytes, units)),
      }
    case 'no': {
      const detail = because && whyNoUndo(because, units)
      return { title: words.no, ...(detail !== undefined && { detail }) }
    }
    default:
      return unreachable(undo)
  }
}

function whyNoUndo(because: UndoReason, units: ByteUnits): string | undefined {
  const words = planTexts().undo.because
  switch (because.kind) {
    // Reasons why none is needed.
    case 'same-content':
    case 'original-stays':
      return undefined
    case 'present-state-goes':
      return words.presentStateGoes
    case 'not-kept':
      return words.notKept(formatBytes(because.bytes, units))
    case 'no-room':
      return words.noRoom(formatBytes(because.neededBytes, units))
    case 'cannot-be-kept':
      return words.cannotBeKept
    case 'system-trash':
      return words.systemTrash
    default:
      return unreachable(because)
  }
}

function openWords({ use, tone }: Line<'use'>): PreflightWords {
  const words = planTexts().use
  const who =
    use.holders.length === 0
      ? words.somebody
      : use.holders
          .slice(0, namesShown)
          .map(({ name, pid, vm }) =>
            vm === undefined
              ? words.holder(name, String(pid))
              : words.holderOfVm(name, String(pid), vm),
          )
          .join(', ')
  switch (use.state) {
    case 'free':
      return { title: words.free }
    case 'unknown':
      return { title: words.unknown }
    case 'reading':
    case 'writing': {
      const title = use.state === 'writing' ? words.writing(who) : words.reading(who)
      return tone === 'stop' ? { title, detail: words.advice } : { title }
    }
    default:
      return unreachable(use.state)
  }
}

function writableWords({ tone, path, error }: Line<'writable'>): PreflightWords {
  const { writable } = planTexts()
  if (tone === 'good') return { title: writable.yes }
  if (error === undefined) return { title: writable.no(path) }
  const { title, detail, advice } = explain(error)
  return { title, detail: `${detail} ${advice}` }
}

function checkWords({ health, stale, checkedAt }: Line<'check'>, { now }: WordingOptions): string {
  const { check } = planTexts()
  switch (health) {
    case 'healthy': {
      if (checkedAt === undefined) return check.notChecked
      const when = relativeDate(checkedAt, now)
      return stale ? check.healthyStale(when) : check.healthy(when)
    }
    case 'leaks':
      return check.leaks
    case 'needs-repair':
      return check.repair
    case 'damaged':
      return check.damaged
    case 'dirty':
      return check.dirty
    case 'not-checked':
      return check.notChecked
    case 'cannot-read':
      return check.cannotRead
    case 'untrusted-links':
      return check.untrusted
    default:
      return unreachable(health)
  }
}

function spaceWords(
  { tone, folder, neededBytes, freeBytes }: Line<'space'>,
  { units }: WordingOptions,
): string {
  const { space } = planTexts()
  if (neededBytes === 0) return space.none(folder)
  const needed = formatBytes(neededBytes, units)
  if (freeBytes === undefined) return space.unknown(needed, folder)
  const free = formatBytes(freeBytes, units)
  return tone === 'stop'
    ? space.tooLittle(needed, folder, free)
    : space.enough(needed, folder, free)
}

function snapshotWords({ count, lost }: Line<'snapshots'>): string {
  const { snapshots } = planTexts()
  if (count === 0) return snapshots.none
  const all = counted(count, 'snapshot')
  return lost === 0 ? snapshots.kept(all) : snapshots.lost(formatCount(lost), all)
}

function childrenWords({ effect, children, missing = [] }: Line<'children'>): PreflightWords {
  const words = planTexts().children
  if (children.length === 0) return { title: words.none }
  const names = namesOf(children)
  const title = words.effects[effect](names)
  return missing.length === 0 ? { title } : { title, detail: words.missing(namesOf(missing)) }
}

function namesOf(images: Line<'children'>['children']): string {
  const shown = images.slice(0, namesShown).map(({ name }) => name)
  const rest = images.length - shown.length
  const more = rest > 0 ? [planTexts().children.more(formatCount(rest))] : []
  return [shown.join(', '), ...more].join(' ')
}

function vmWords({ tone, vms }: Line<'vms'>): PreflightWords {
  const words = planTexts().vms
  if (vms.length === 0) return { title: words.none }
  const names = vms.slice(0, namesShown).map(({ vm, source }) => words.vm(vm, source))
  const title = words.some(names.join(', '))
  return tone === 'good' ? { title } : { title, detail: words.keepOff }
}
