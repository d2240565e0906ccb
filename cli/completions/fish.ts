import type { Offer, OperandWords, OptionWords, VerbWords } from './vocabulary.ts'

/** Completions for fish from 3.0 on. */
export const fishCompletions = (verbs: readonly VerbWords[]): string => `\
# Completions of platter for fish. To load them: platter completions fish | source

# The words before the cursor that are no options, without platter itself.
function __platter_operands
    for word in (commandline -opc)[2..-1]
        string match --quiet -- '-*' $word; or echo -- $word
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

/** Values of options that stand apart count as operands, so places are told apart only where it matters. */
function operandLine(verb: string, { offer, repeats }: OperandWords, index: number): string {
  const condition =
    repeats || offer.kind === 'files' ? `__platter_is ${verb}` : `__platter_is ${verb} ${index}`
  const offered = offerWords(offer)
  return offered === '' ? '' : line(condition, offered)
}

const optionWords = ({ long, short, help, value }: OptionWords): string =>
  [
    ...(short === undefined ? [] : [`--short-option ${short.slice(1)}`]),
    `--long-option ${long.slice(2)}`,
    ...(value === undefined ? [] : ['--require-parameter', offerWords(value.offer)]),
    `--description ${quoted(help)}`,
  ]
    .filter((word) => word !== '')
    .join(' ')

function offerWords(offer: Offer): string {
  if (offer.kind === 'words') return `--arguments ${quoted(offer.words.join(' '))}`
  const folders = "--arguments '(__fish_complete_directories)'"
  return { files: '--force-files', folders, nothing: '' }[offer.kind]
}

const line = (condition: string, rest: string): string =>
  `complete --command platter --condition ${quoted(condition)} ${rest}`

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
