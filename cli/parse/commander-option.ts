import { InvalidArgumentError, Option } from 'commander'
import { flagsOf, longName, type VerbOption } from '../table/option.ts'
import { UsageError } from '../usage-error.ts'
import { parseSize, parseSizeChange } from './size.ts'

/** A row's option as commander takes it; its value is stored under the row's property name. */
export function commanderOption(name: string, option: VerbOption): Option {
  const made = new Option(flagsOf(name, option), option.help)
  // commander makes up a name of its own from the flags.
  made.attributeName = () => name
  switch (option.kind) {
    case 'switch':
    case 'off-switch':
    case 'text':
      break
    case 'texts':
      made.argParser((text, before: readonly string[] | undefined) => [...(before ?? []), text])
      break
    case 'choice':
      // Sets the parser too, which is why ours comes after it.
      made.choices([...option.choices]).argParser((text) => oneOf(text, option))
      break
    case 'number':
      made.argParser((text) => wholeNumber(text, option))
      break
    case 'size':
      made.argParser((text) => named(longName(name, option), () => parseSize(text)))
      break
    case 'size-change':
      made.argParser((text) => named(longName(name, option), () => parseSizeChange(text)))
      break
  }
  if ('standard' in option) made.default(option.standard)
  return made
}

/** What an option is when nobody gave it and its row has no standard. */
export function unsaid({ kind }: VerbOption): boolean | readonly string[] | undefined {
  if (kind === 'switch') return false
  if (kind === 'off-switch') return true
  return kind === 'texts' ? [] : undefined
}

/** Says which option it is that cannot be read. */
function named<Value>(option: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${option}: ${error.message}`) : error
  }
}

function oneOf(
  text: string,
  { choices, synonyms = {} }: Extract<VerbOption, { readonly kind: 'choice' }>,
): string {
  const meant = Object.hasOwn(synonyms, text) ? synonyms[text] : text
  if (meant !== undefined && choices.includes(meant)) return meant
  throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
}

function wholeNumber(
  text: string,
  { from, to }: Extract<VerbOption, { readonly kind: 'number' }>,
): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= from && value <= to) return value
  throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`)
}
