import { formatBytes, formatCount } from '../../core/index.ts'

/** `10 GiB (10,737,418,240 bytes)`; small numbers say it once. */
export const exactBytes = (bytes: number): string =>
  bytes < 1024 ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`
