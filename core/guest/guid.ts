const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Microsoft's and UEFI's order: the first three fields are little-endian. Upper case, as both print them. */
export function formatGuid(bytes: Uint8Array): string {
  const field = (from: number, to: number) => hex(bytes.subarray(from, to).toReversed())
  const rest = hex(bytes.subarray(8, 16))
  return `${field(0, 4)}-${field(4, 6)}-${field(6, 8)}-${rest.slice(0, 4)}-${rest.slice(4)}`.toUpperCase()
}

/** Linux' order, as it stands; undefined for one that was never set. */
export function formatUuid(bytes: Uint8Array): string | undefined {
  if (bytes.every((byte) => byte === 0)) return undefined
  const text = hex(bytes.subarray(0, 16))
  return [8, 12, 16, 20].reduceRight((rest, at) => `${rest.slice(0, at)}-${rest.slice(at)}`, text)
}
