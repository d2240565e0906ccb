import {
  formatBytes,
  formatCount,
  formatDuration,
  type MeasuredProgress,
} from '../../core/index.ts'
import { columnsOf, withoutEnd } from './text-width.ts'

/** What a line about a running run is made of. */
export interface ProgressShown {
  /** From 0 to 1. */
  readonly whole: number
  readonly fileName: string
  /** `3/200`, or empty for one file. */
  readonly files: string
  /** undefined: the file has only begun. */
  readonly progress: MeasuredProgress | undefined
  /** Since the last report. */
  readonly silentMs: number
}

/** No report for this long means that the disk (or the network behind it) does not answer. */
const stallMs = 5_000

/** The engine's phase words as people read them; the others are read as they are. */
const phaseWords: Readonly<Record<string, string>> = {
  header: 'reading the header',
  tables: 'reading tables',
  refcounts: 'counting references',
  references: 'counting references',
  flags: 'comparing flags',
  snapshots: 'reading snapshots',
  data: 'working on data',
  spare: 'looking for space',
  zeroes: 'looking for zeroes',
  'hash-before': 'hashing before',
  'hash-after': 'hashing after',
  moves: 'moving clusters',
  space: 'taking space',
  metadata: 'copying metadata',
}

/** A bar in `width` columns; what matters least goes first when they are few. */
export function progressBar(shown: ProgressShown, width: number, unicode: boolean): string {
  const { name, phase, amount, speed, outlook } = wordsOf(shown)
  const lines: readonly (readonly [bar: number, words: readonly string[]])[] = [
    [24, [name, phase, amount, speed, outlook]],
    [24, [name, phase, speed, outlook]],
    [12, [name, phase, outlook]],
    [12, [name, outlook]],
    [12, [name]],
    [6, [name]],
  ]
  const texts = lines.map(([bar, words]) =>
    [barOf(shown.whole, bar, unicode), percentOf(shown.whole), ...words]
      .filter((word) => word !== '')
      .join('  '),
  )
  const fitting = texts.find((text) => columnsOf(text) <= width)
  return fitting ?? withoutEnd(`${percentOf(shown.whole)}  ${name}`, width)
}

/** A line for logs. */
export function progressLine(shown: ProgressShown): string {
  const { name, phase, amount, speed, outlook } = wordsOf(shown)
  return [percentOf(shown.whole).trim(), name, phase, amount, speed, outlook]
    .filter((word) => word !== '')
    .join('  ')
}

const percentOf = (whole: number): string => `${String(Math.floor(whole * 100)).padStart(3)} %`

function barOf(whole: number, width: number, unicode: boolean): string {
  const full = Math.round(whole * width)
  return unicode
    ? `${'█'.repeat(full)}${'░'.repeat(width - full)}`
    : `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`
}

function wordsOf({ fileName, files, progress, silentMs }: ProgressShown) {
  const name = files === '' ? fileName : `${files} ${fileName}`
  const stall =
    silentMs >= stallMs ? `waits for the disk, ${inWords(Math.floor(silentMs / 1000))}` : ''
  if (progress === undefined) return { name, phase: '', amount: '', speed: '', outlook: stall }
  const { phase, done, total, unit, speed, secondsLeft } = progress
  const count = (value: number): string =>
    unit === 'bytes' ? formatBytes(value) : formatCount(value)
  const unitWord = unit === 'bytes' ? '' : ` ${unit}`
  return {
    name,
    phase: phaseWords[phase] ?? phase.replaceAll('-', ' '),
    amount: total > 0 ? `${count(Math.min(done, total))} of ${count(total)}${unitWord}` : '',
    speed:
      stall !== '' || speed === undefined || speed <= 0
        ? ''
        : `${count(Math.round(speed))}${unitWord}/s`,
    outlook:
      stall !== '' || secondsLeft === undefined
        ? stall
        : `about ${inWords(rounded(secondsLeft))} left`,
  }
}

const inWords = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)

/** In steps that an estimate deserves. */
function rounded(seconds: number): number {
  const step = seconds < 10 ? 1 : seconds < 60 ? 5 : seconds < 600 ? 10 : 60
  return Math.max(1, Math.ceil(seconds / step)) * step
}
