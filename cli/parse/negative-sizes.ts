import { longName } from '../table/option.ts'
import type { Verb } from '../table/verb.ts'

/**
 * `resize disk.qcow2 -10G`: where a size is an operand and no option starts with a digit, such a word can only be a
 * difference of sizes, and becomes the value of `--size`. The value of an option stays what it is; where `--size` is
 * given too, the word stays and is refused as an option.
 */
export function withNegativeSizes(
  words: readonly string[],
  verb: Pick<Verb, 'operands' | 'options'> | undefined,
): readonly string[] {
  if (verb?.operands.includes('[size]') !== true) return words
  const end = words.indexOf('--')
  const isSaid = words.some((word) => word === '--size' || word.startsWith('--size='))
  if (isSaid) return words
  const takeValues = new Set(
    Object.entries(verb.options).flatMap(([name, option]) =>
      'value' in option ? [longName(name, option), `-${option.short ?? ''}`] : [],
    ),
  )
  return words.map((word, index) =>
    /^-\.?\d/.test(word) && (end === -1 || index < end) && !takeValues.has(words[index - 1] ?? '')
      ? `--size=${word}`
      : word,
  )
}
