/** Which rows of the table of verbs no transcript runs. */
import { longName, type VerbOption } from '../../../cli/table/option.ts'
import { commonOptions } from '../../../cli/table/shared-options.ts'
import { verbs } from '../../../cli/table/verbs.ts'

/**
 * What is never run: verbs, and their options with the verb (`encode --compress zstd`: every choice of an
 * option counts). Options that all verbs have need one verb.
 */
export function notRun(commands: readonly string[]): string[] {
  const runs = commands.flatMap((command) => runsIn(command))
  const isCommon = (name: string): boolean => Object.hasOwn(commonOptions, name)
  const missing: string[] = []
  for (const verb of verbs) {
    const own = runs.filter((words) => words[0] === verb.name)
    if (own.length === 0) missing.push(verb.name)
    for (const [name, option] of Object.entries(verb.options)) {
      for (const wanted of formsOf(name, option)) {
        const among = isCommon(name) ? runs : own
        if (!among.some((words) => holds(words, wanted))) {
          missing.push([isCommon(name) ? '(any verb)' : verb.name, ...wanted].join(' '))
        }
      }
    }
  }
  return [...new Set(missing)]
}

/** `[['--compress', 'zlib'], ['--compress', 'zstd']]`, `[['--dry-run']]` */
function formsOf(name: string, option: VerbOption): (readonly string[])[] {
  const long = longName(name, option)
  return option.kind === 'choice' ? option.choices.map((choice) => [long, choice]) : [[long]]
}

const holds = (words: readonly string[], wanted: readonly string[]): boolean =>
  words.some((_, index) => wanted.every((word, offset) => words[index + offset] === word))

/** The words behind each `platter` of some lines of shell, `--option=value` as two. */
const runsIn = (command: string): string[][] =>
  command
    .split(/\n|[|;&<>()]+/)
    .map((piece) => piece.trim().split(/\s+/))
    .filter((words) => words.includes('platter'))
    .map((words) =>
      words
        .slice(words.indexOf('platter') + 1)
        .flatMap((word) => (word.startsWith('--') ? word.split('=') : [word])),
    )
