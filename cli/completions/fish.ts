import type { Offer, OperandWords, OptionWords, VerbWords } from './vocabulary.ts'

/** Completions for fish from 3.0 on. */
export const fishCompletions = (verbs: readonly VerbWords[]): string => `\
# Completions of platter for fish. To load them: platter completions fish | source

set --global __platter_taking_values ${takingValues(verbs).join(' ')}

# The words before the cursor that are neither options nor their values, without platter itself.
function __platter_operands
    set -l value
    for word in (commandline -opc)[2..-1]
        if set --query value[1]
            set --erase value[1]
        else if contains -- $word $__platter_taking_values
            set value next
        else if not string match --quiet -- '-*' $word
            echo -- $word
        end
    end
end

function __platter_needs_verb
    test (count (__platter_operands)) -eq 0
end

# Whether the verb is $argv[1], and where $argv[2] is there, so many operands stand after it.
function __platter_is
    set -l operands (__platter_operands)
    test (count $operands) -gt 0; or return 1
    test (string replace --all _ - -- $operands[1]) = $argv[1]; or return 1
    test (count $argv) -eq 1; or test (count $operands) -eq (math $argv[2] + 1)
end

complete --command platter --no-files
complete --command platter --condition __platter_needs_verb --short-option h --long-option help --description explain
complete --command platter --condition __platter_needs_verb --short-option V --long-option version --description 'print the version'
${verbs.map((verb) => verbLines(verb).join('\n')).join('\n')}
`

const verbLines = ({ name, summary, options, operands }: VerbWords): readonly string[] => [
  line('__platter_needs_verb', `--arguments ${name} --description ${quoted(summary)}`),
  ...operands
    .map((operand, index) => operandLine(name, operand, index))
    .filter((text) => text !== ''),
  ...options.map((option) => line(`__platter_is ${name}`, optionWords(option))),
]

function operandLine(verb: string, { offer, repeats }: OperandWords, index: number): string {
  const offered = offerWords(offer)
  const place = repeats ? verb : `${verb} ${index}`
  return offered === '' ? '' : line(`__platter_is ${place}`, offered)
}

/** An option takes a value in every verb that has it, or in none. */
const takingValues = (verbs: readonly VerbWords[]): readonly string[] => [
  ...new Set(
    verbs
      .flatMap(({ options }) => options)
      .filter(({ value }) => value !== undefined)
      .flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])),
  ),
]

const optionWords = ({ long, short, help, value }: OptionWords): string =>
  [
    ...(short === undefined ? [] : [`--short-option ${short.slice(1)}`]),
    `--long-option ${long.slice(2)}`,
    ...(value === undefined ? [] : [takes(value.offer), offerWords(value.offer)]),
    `--description ${quoted(help)}`,
  ]
    .filter((word) => word !== '')
    .join(' ')

/** Files are what fish offers unless it is told that they cannot be meant. */
const takes = ({ kind }: Offer): string =>
  kind === 'files' ? '--require-parameter' : '--exclusive'

function offerWords(offer: Offer): string {
  if (offer.kind === 'words') return `--arguments ${quoted(offer.words.join(' '))}`
  const folders = "--arguments '(__fish_complete_directories)'"
  return { files: '--force-files', folders, nothing: '' }[offer.kind]
}

const line = (condition: string, rest: string): string =>
  `complete --command platter --condition ${quoted(condition)} ${rest}`

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
