/** Rows or jobs of one message, as the contract promises. */
const portionSize = 500

export function* portionsOf<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += portionSize) {
    yield items.slice(start, start + portionSize)
  }
}
