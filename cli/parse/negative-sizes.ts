/**
 * `resize disk.qcow2 -10G`: no option starts with a digit, so such a word can only be a difference of sizes, and
 * becomes the value of `--size`. Where that is given too, the word stays and is refused as an option.
 */
export function withNegativeSizes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  const isSaid = words.some((word) => word === '--size' || word.startsWith('--size='))
  if (isSaid) return words
  return words.map((word, index) =>
    /^-\.?\d/.test(word) && (end === -1 || index < end) ? `--size=${word}` : word,
  )
}
