/** A byte position as people quote and search it: "0x1f0000". */
export const formatOffset = (offset: number): string => `0x${offset.toString(16)}`

/** A half-open byte range: "0x0 – 0x10000". */
export const formatRange = (start: number, length: number): string =>
  `${formatOffset(start)} – ${formatOffset(start + length)}`
