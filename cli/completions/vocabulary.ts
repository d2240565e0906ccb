import { longName, type VerbOption } from '../table/option.ts'
import type { Verb } from '../table/verb.ts'

/** What a shell can offer at a place. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  /** A size, a name: only who types it knows. */
  | { readonly kind: 'nothing' }

export interface OptionWords {
  readonly long: string
  readonly short?: string
  readonly help: string
  readonly repeats: boolean
  /** Of options that take one. */
  readonly value?: { readonly label: string; readonly offer: Offer }
}

export interface OperandWords {
  readonly label: string
  readonly offer: Offer
  /** Any number of them, the last ones of the verb. */
  readonly repeats: boolean
}

/** A verb as shells know it: words and what may follow them. */
export interface VerbWords {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionWords[]
  readonly operands: readonly OperandWords[]
}

/** The table of verbs, and `help`, which explains it. */
export function vocabulary(verbs: readonly Verb[]): readonly VerbWords[] {
  const names = verbs.map(({ name }) => name)
  return [
    ...verbs.map((verb) => verbWords(verb)),
    {
      name: 'help',
      summary: 'explain a verb',
      options: [],
      operands: [{ label: 'verb', offer: { kind: 'words', words: names }, repeats: false }],
    },
  ]
}

const verbWords = ({ name, summary, operands, operandChoices = {}, options }: Verb): VerbWords => ({
  name,
  summary,
  operands: operands.map((operand) => {
    const label = operand.replaceAll(/[<>[\].]/g, '')
    const words = operandChoices[label]
    return {
      label,
      offer: words === undefined ? offerOf(label) : { kind: 'words', words },
      repeats: operand.includes('...'),
    }
  }),
  options: [
    ...Object.entries(options).map(([property, option]) => optionWords(property, option)),
    { long: '--help', short: '-h', help: 'explain', repeats: false },
  ],
})

function optionWords(property: string, option: VerbOption): OptionWords {
  return {
    long: longName(property, option),
    ...(option.short === undefined ? {} : { short: `-${option.short}` }),
    help: option.help,
    repeats: option.kind === 'texts',
    ...('value' in option ? { value: { label: option.value, offer: valueOffer(option) } } : {}),
  }
}

function valueOffer(option: Extract<VerbOption, { readonly value: string }>): Offer {
  if (option.kind === 'choice') return { kind: 'words', words: option.choices }
  return option.kind === 'text' || option.kind === 'texts'
    ? offerOf(option.value)
    : { kind: 'nothing' }
}

/** By what the table calls it: `file`, `file-or-folder`, `folder`, `size`. */
function offerOf(label: string): Offer {
  if (/file|image|source|input|output|prefix|target/.test(label)) return { kind: 'files' }
  return label.includes('folder') ? { kind: 'folders' } : { kind: 'nothing' }
}
