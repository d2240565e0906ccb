import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import { probeFile } from '../image/probe.ts'
import type { BlockFile } from '../storage/block-file.ts'

/**
 * Throws `reason` with the format's name for a file of another format, and `unknown-format` or
 * `file-empty` for one of none. A `format` that is given is believed: never probe.
 */
export function requireQcow2(
  file: BlockFile,
  format: 'qcow2' | 'raw' | undefined,
  reason: Reason,
): void {
  if (format === 'qcow2') return
  if (format === 'raw') throw new ImageError(reason, { format: 'raw' })
  if (file.size() === 0) throw new ImageError('file-empty')
  const probed = probeFile(file)
  if (probed.kind === 'unknown') throw new ImageError('unknown-format', { found: probed.found })
  if (probed.format !== 'qcow2') throw new ImageError(reason, { format: probed.label })
}
