/** Which rows of the table of verbs no transcript runs. */
import { longName, type VerbOption } from '../../../cli/table/option.ts'
import { commonOptions } from '../../../cli/table/shared-options.ts'
import { verbs } from '../../../cli/table/verbs.ts'

/**
 * What none of the runs does (the words behind `platter`, `--option=value` as one or two): verbs, and their
 * options with the verb, every choice of an option by itself (`encode --compress zstd`). Options that all
 * verbs have need one verb.
 */
export function notRun(started: readonly (readonly string[])[]): string[] {
  const runs = started.map((run) =>
    run.flatMap((word) => (word.startsWith('--') ? word.split('=') : [word])),
  )
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
