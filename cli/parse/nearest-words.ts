/**
 * The words that are most like one that was mistyped or not written to its end, nearest first; none that is not
 * like it at all.
 */
export function nearestWords(
  word: string,
  words: readonly string[],
  { most = 3 }: { readonly most?: number } = {},
): readonly string[] {
  const wanted = word.toLowerCase()
  return words
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(2, candidate.length / 3) ||
        (wanted.length > 2 && candidate.toLowerCase().startsWith(wanted)),
    )
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** Letters to insert, delete or replace, or neighbours to exchange, until one word is the other. */
function distanceTo(one: string, other: string): number {
  let before: number[] = []
  let above = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    before = above
    above = current
  }
  return above[other.length] ?? 0
}
