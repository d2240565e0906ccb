import type { Offer, OptionWords, VerbWords } from './vocabulary.ts'

/** Completions for zsh: for a folder of $fpath as `_platter`, or to be sourced. */
export const zshCompletions = (verbs: readonly VerbWords[]): string => `\
#compdef platter
# Completions of platter for zsh. To load them: source <(platter completions zsh)

_platter_verbs() {
    local -a verbs=(
${verbs.map(({ name, summary }) => `        ${quoted(`${name}:${colons(summary)}`)}`).join('\n')}
    )
    _describe -t verbs verb verbs
}

_platter() {
    local context state state_descr line
    local -A opt_args
    _arguments -C \\
        '(- *)'{-h,--help}'[explain]' \\
        '(- *)'{-V,--version}'[print the version]' \\
        '1:verb:_platter_verbs' \\
        '*::argument:->argument'
    [[ $state == argument ]] || return
    case \${line[1]//_/-} in
${verbs.map((verb) => verbCase(verb)).join('\n')}
    esac
}

# Started by the completion system from a file of its own, or sourced by a person.
if [[ \${funcstack[1]} == _platter ]]; then
    _platter "$@"
else
    compdef _platter platter
fi
`

const verbCase = ({ name, options, operands }: VerbWords): string => {
  const specs = [
    ...options.map((option) => optionSpec(option)),
    ...operands.map(({ label, offer, repeats }, index) =>
      quoted(`${repeats ? '*' : index + 1}:${colons(label)}:${action(offer)}`),
    ),
  ]
  return `        ${name})
            _arguments -S ${specs.map((spec) => `\\\n                ${spec}`).join(' ')}
            ;;`
}

function optionSpec({ long, short, help, repeats, value }: OptionWords): string {
  const explanation = `[${help.replaceAll(/[[\]\\]/g, String.raw`\$&`)}]`
  const takes = value === undefined ? '' : `:${colons(value.label)}:${action(value.offer)}`
  const name = value === undefined ? long : `${long}=`
  if (short === undefined) return quoted(`${repeats ? '*' : ''}${name}${explanation}${takes}`)
  const excluded = repeats ? '*' : `(${short} ${long})`
  return `${quoted(excluded)}{${short},${name}}${quoted(`${explanation}${takes}`)}`
}

function action(offer: Offer): string {
  if (offer.kind === 'words') return `(${offer.words.join(' ')})`
  // A blank is an action that offers nothing.
  return { files: '_files', folders: '_files -/', nothing: ' ' }[offer.kind]
}

const colons = (text: string): string => text.replaceAll(':', String.raw`\:`)

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
