import { verbs } from '../table/verbs.ts'
import { UsageError } from '../usage-error.ts'

/** What someone may look for who knows other tools of this trade, and what it is called here. */
const calledHere: Readonly<Record<string, string>> = {
  convert: 'encode or decode',
  measure: 'compact --dry-run',
  shrink: 'compact',
  sparsify: 'compact',
  hash: 'sha',
  checksum: 'sha',
  fsck: 'check',
}

/**
 * A command line with the verb as the table spells it: `stream_decode` is `stream-decode`, and `help check` is
 * `check --help`. Throws UsageError where nobody could say what is meant.
 */
export function meantWords(words: readonly string[]): readonly string[] {
  if (words[0] === 'help') return helpOf(words.slice(1))
  const at = words.findIndex((word) => !word.startsWith('-'))
  const word = words[at]
  if (word === undefined) return words
  const verb = word.replaceAll('_', '-')
  if (at > 0 && isVerb(verb) && !asksForAll(words.slice(0, at))) {
    throw new UsageError(`${words[0] ?? ''} stands before the verb: options come after it.`)
  }
  const other = Object.hasOwn(calledHere, verb) ? calledHere[verb] : undefined
  if (other !== undefined) throw new UsageError(`unknown command '${word}' (Here it is ${other}.)`)
  // Alone, so that `--help` does not hide that there is no such verb.
  return isVerb(verb) ? words.with(at, verb) : [verb]
}

/** The row's name of the verb in words as `meantWords` gives them. */
export const verbIn = (words: readonly string[]): string | undefined =>
  words.find((word) => !word.startsWith('-') && isVerb(word))

function helpOf(words: readonly string[]): readonly string[] {
  const [verb, ...more] = words
  if (more.length > 0) throw new UsageError('help explains one verb at a time.')
  if (verb === undefined || verb.startsWith('-')) return [verb ?? '--help']
  return verb === 'help' ? ['--help'] : meantWords([verb, '--help'])
}

/** Help and version are answered wherever they stand. */
const asksForAll = (options: readonly string[]): boolean =>
  options.some((option) => /^(?:-h|--help|-V|--version)$/.test(option))

const isVerb = (word: string): boolean => verbs.some(({ name }) => name === word)
