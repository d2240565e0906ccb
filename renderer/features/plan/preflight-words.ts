import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { relativeDate } from '../../format/dates.ts'
import { formatEstimate } from '../../format/durations.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'

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
  const { undo, time } = texts().plan
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
      return { title: childrenWords(line) }
    case 'vms':
      return vmWords(line)
    case 'undo':
      switch (line.undo) {
        case 'not-needed':
          return { title: undo.notNeeded }
        case 'while-unchanged':
          return { title: undo.whileUnchanged }
        case 'while-kept':
          return {
            title:
              line.keptBytes === undefined
                ? undo.whileKept
                : undo.whileKeptBytes(formatBytes(line.keptBytes, options.units)),
          }
        case 'no':
          return { title: undo.no }
        default:
          return unreachable(line.undo)
      }
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

function openWords({ use, tone }: Line<'use'>): PreflightWords {
  const words = texts().plan.use
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
  const { writable } = texts().plan
  if (tone === 'good') return { title: writable.yes }
  if (error === undefined) return { title: writable.no(path) }
  const { title, detail, advice } = explain(error)
  return { title, detail: `${detail} ${advice}` }
}

function checkWords({ health, stale, checkedAt }: Line<'check'>, { now }: WordingOptions): string {
  const { check } = texts().plan
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
  const { space } = texts().plan
  if (neededBytes === 0) return space.none(folder)
  const needed = formatBytes(neededBytes, units)
  if (freeBytes === undefined) return space.unknown(needed, folder)
  const free = formatBytes(freeBytes, units)
  return tone === 'stop'
    ? space.tooLittle(needed, folder, free)
    : space.enough(needed, folder, free)
}

function snapshotWords({ count, lost }: Line<'snapshots'>): string {
  const { snapshots } = texts().plan
  if (count === 0) return snapshots.none
  const all = counted(count, 'snapshot')
  return lost === 0 ? snapshots.kept(all) : snapshots.lost(formatCount(lost), all)
}

function childrenWords({ tone, children }: Line<'children'>): string {
  const words = texts().plan.children
  if (children.length === 0) return words.none
  const shown = children.slice(0, namesShown).map(({ name }) => name)
  const rest = children.length - shown.length
  const names = [shown.join(', '), ...(rest > 0 ? [words.more(formatCount(rest))] : [])].join(' ')
  return tone === 'stop' ? words.broken(names) : words.some(names)
}

function vmWords({ tone, vms }: Line<'vms'>): PreflightWords {
  const words = texts().plan.vms
  if (vms.length === 0) return { title: words.none }
  const names = vms.slice(0, namesShown).map(({ vm, source }) => words.vm(vm, source))
  const title = words.some(names.join(', '))
  return tone === 'good' ? { title } : { title, detail: words.keepOff }
}
