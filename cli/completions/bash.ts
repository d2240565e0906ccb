import type { Offer, VerbWords } from './vocabulary.ts'

/**
 * Completions for bash from 3.2 on. File names are left to readline, which knows how to quote them; words of
 * the table contain nothing that would have to be.
 */
export const bashCompletions = (verbs: readonly VerbWords[]): string => `\
# Completions of platter for bash. To load them: eval "$(platter completions bash)"

# Sets kind, and words: what follows the option $2 of the verb $1.
_platter_value() {
    case "$1 $2" in
${cases(valuePlaces(verbs))}
        *) kind='' ;;
    esac
}

# Sets kind, and words: what stands at place $2 of the verb $1, counted from 0.
_platter_operand() {
    case "$1 $2" in
${cases(operandPlaces(verbs))}
        *) kind=nothing ;;
    esac
}

_platter_options() {
    case "$1" in
${verbs.map((verb) => `        ${verb.name}) words='${optionsOf(verb).join(' ')}' ;;`).join('\n')}
        *) words='--help --version' ;;
    esac
}

_platter() {
    local word verb='' option='' literal='' kind='' words='' place=0 i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="\${COMP_WORDS[i]}"
        # bash takes --output=json for three words.
        if [[ $word == '=' ]]; then
            continue
        elif [[ -n $option ]]; then
            option=''
        elif [[ -z $literal && $word == -- ]]; then
            literal=yes
        elif [[ -z $literal && $word == -* ]]; then
            _platter_value "$verb" "$word"
            [[ -z $kind ]] || option=$word
        elif [[ -z $verb ]]; then
            verb=\${word//_/-}
        else
            place=$((place + 1))
        fi
    done
    word="\${COMP_WORDS[COMP_CWORD]}"
    [[ $word != '=' ]] || word=''
    if [[ -n $option ]]; then
        _platter_value "$verb" "$option"
    elif [[ -z $literal && $word == -* ]]; then
        kind=words
        _platter_options "$verb"
    elif [[ -z $verb ]]; then
        kind=words
        words='${verbs.map(({ name }) => name).join(' ')}'
    else
        _platter_operand "$verb" "$place"
    fi
    case "$kind" in
        words)
            COMPREPLY=($(compgen -W "$words" -- "$word"))
            compopt +o default 2>/dev/null
            ;;
        folders) compopt +o default -o dirnames 2>/dev/null ;;
        nothing) compopt +o default 2>/dev/null ;;
    esac
    return 0
}

complete -o default -F _platter platter
`

/** A pattern of a shell's \`case\`, and what is offered there. */
type Place = readonly [pattern: string, offer: Offer]

const valuePlaces = (verbs: readonly VerbWords[]): readonly Place[] =>
  verbs.flatMap(({ name, options }) =>
    options.flatMap(({ long, short, value }): readonly Place[] => {
      if (value === undefined) return []
      const spellings = short === undefined ? [long] : [long, short]
      return spellings.map((spelling) => [`'${name} ${spelling}'`, value.offer])
    }),
  )

const operandPlaces = (verbs: readonly VerbWords[]): readonly Place[] =>
  verbs.flatMap(({ name, operands }) =>
    operands.map(({ offer, repeats }, index): Place => [
      repeats ? `'${name} '*` : `'${name} ${index}'`,
      offer,
    ]),
  )

/** One branch for all places that offer the same. */
function cases(places: readonly Place[]): string {
  const branches = Map.groupBy(places, ([, offer]) => assignment(offer))
  return [...branches]
    .map(([sets, same]) => `        ${same.map(([pattern]) => pattern).join(' | ')}) ${sets} ;;`)
    .join('\n')
}

const assignment = (offer: Offer): string =>
  offer.kind === 'words' ? `kind=words words='${offer.words.join(' ')}'` : `kind=${offer.kind}`

const optionsOf = ({ options }: VerbWords): readonly string[] =>
  options.flatMap(({ long, short }) => (short === undefined ? [long] : [short, long]))
