const longestText = 300
const mostItems = 12
const deepest = 3

/** A value as a line of a log can hold it: short, without bytes and without what cannot be written down. */
export function brief(value: unknown, depth = 0): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'object' && value !== null) return briefObject(value, depth)
  if (typeof value !== 'string' || value.length <= longestText) return value
  return `${value.slice(0, longestText)}…`
}

function briefObject(value: object, depth: number): unknown {
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  if (value instanceof AbortSignal) return undefined
  if (depth >= deepest) return '…'
  if (Array.isArray(value)) {
    const items = value.slice(0, mostItems).map((item) => brief(item, depth + 1))
    return value.length > mostItems ? [...items, `… ${value.length - mostItems} more`] : items
  }
  if (Symbol.asyncIterator in value) return 'a stream'
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 4 * mostItems)
      .map(([name, item]) => [name, brief(item, depth + 1)] as const)
      .filter(([, item]) => item !== undefined),
  )
}
