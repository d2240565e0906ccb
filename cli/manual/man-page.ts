import { exitCodes } from '../exit-codes.ts'
import { longName, type OptionTable, type VerbOption } from '../table/option.ts'
import { commonOptions } from '../table/shared-options.ts'
import type { Verb, VerbGroup } from '../table/verb.ts'
import { argument, bold, italic, literal, roffText } from './roff.ts'

/** When somebody last went over what is not in the table; man(7) wants a date. */
const revised = '2026-11-21'

const exits: readonly (readonly [code: number | string, means: string])[] = [
  [exitCodes.fine, 'Fine.'],
  [
    exitCodes.failed,
    'Could not be done; the sentence on standard error says why, and what is safe.',
  ],
  [exitCodes.corruption, 'Corruption was found.'],
  [exitCodes.leaks, 'Leaked clusters were found, and nothing worse.'],
  [exitCodes.notCheckable, 'The format does not have what was asked for.'],
  [exitCodes.usage, 'The command line is wrong; no file was touched.'],
  [exitCodes.inUse, 'Refused because someone else has the image open.'],
  [
    `${exitCodes.interrupted}, ${exitCodes.terminated}`,
    'Ended by Ctrl-C, by SIGTERM. What was worked on is a valid image, or a file that was being made is not there.',
  ],
  [exitCodes.outputClosed, 'The reader of the output went away.'],
]

const environment: readonly (readonly [name: string, means: string])[] = [
  ['NO_COLOR', 'No colours on terminals, when it is set and not empty.'],
  [
    'PLATTER_DATA',
    'The folder of the history, instead of the one that the system has for such data.',
  ],
]

/** `platter.1`, for man(1): all that the table says, and what holds for every verb. */
export const manPage = (groups: readonly VerbGroup[], version: string): string =>
  [
    `.TH PLATTER 1 ${argument(revised)} ${argument(`Platter ${version}`)} ${argument('User Commands')}`,
    '.SH NAME',
    String.raw`platter \- look after virtual\-machine disk images`,
    '.SH SYNOPSIS',
    `${bold('platter')} ${italic('verb')} [${italic('options')}] [${italic('file or folder')} ...]`,
    '.br',
    `${bold('platter help')} [${italic('verb')}]`,
    '.SH DESCRIPTION',
    roffText(
      'Platter shows what disk images are, checks them, changes them and converts them. It reads and writes qcow2 ' +
        'images of versions 2 and 3 and raw images, and gives the same verdicts and counts as',
    ),
    String.raw`.BR qemu\-img (1).`,
    '.PP',
    'Options may stand anywhere after the verb, their values as',
    `${bold('--option value')} or ${bold('--option=value')}; after ${bold('--')} everything is an operand.`,
    'Underscores in verbs are taken for hyphens.',
    ...groups.flatMap((group) => groupSection(group)),
    '.SH OPTIONS OF EVERY VERB',
    ...optionItems(commonOptions),
    ...item(bold('-h, --help'), 'Explain the verb.'),
    '.SH SIZES',
    roffText(
      'Bytes, or a number with a unit, fractions included: K, M, G, T, P, E and KiB to EiB are powers of 1024, KB to EB ' +
        'of 1000. 0x stands before hexadecimal bytes.',
    ),
    '.SH EXIT STATUS',
    'Several images answer with the worst of theirs.',
    ...exits.flatMap(([code, means]) => item(bold(String(code)), means)),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([name, means]) => item(bold(name), means)),
    '.SH SEE ALSO',
    String.raw`.BR qemu\-img (1)`,
  ]
    .map((line) => `${line}\n`)
    .join('')

function groupSection({ heading, verbs }: VerbGroup): readonly string[] {
  const title = heading.replace(/:$/, '').toUpperCase()
  return [`.SH ${title}`, ...verbs.flatMap((verb) => verbSection(verb))]
}

function verbSection({ name, operands, summary, options, notes, examples = [] }: Verb) {
  const own = Object.fromEntries(
    Object.entries(options).filter(([property]) => !Object.hasOwn(commonOptions, property)),
  )
  const head = [name, ...(Object.keys(own).length > 0 ? ['[options]'] : []), ...operands]
  return [
    `.SS ${argument(literal(`platter ${head.join(' ')}`))}`,
    roffText(asSentence(summary)),
    ...(notes === '' ? [] : [roffText(notes)]),
    ...optionItems(own),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:']),
    ...examples.flatMap(({ words, does }) => item(bold(`platter ${words}`), asSentence(does))),
  ]
}

const optionItems = (options: OptionTable): readonly string[] =>
  Object.entries(options).flatMap(([property, option]) =>
    item(spelling(property, option), asSentence(describe(option))),
  )

/** A paragraph under a term that hangs beside it. */
const item = (term: string, text: string): readonly string[] => ['.TP', term, roffText(text)]

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function spelling(property: string, option: VerbOption): string {
  const long = longName(property, option)
  const names =
    option.short === undefined ? bold(long) : `${bold(`-${option.short}`)}, ${bold(long)}`
  return 'value' in option ? `${names} ${italic(option.value)}` : names
}

function describe(option: VerbOption): string {
  const choices = option.kind === 'choice' ? `; one of ${option.choices.join(', ')}` : ''
  const standard = 'standard' in option ? `; ${option.standard} unless told` : ''
  return `${option.help}${choices}${standard}`
}
