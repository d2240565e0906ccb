import { ImageError, unreachable } from '../../../core/index.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'

/** Why nothing is done, said by the first line of a card that stops it; undefined when none does. */
export function stopError(lines: readonly PreflightLine[], path: string): ImageError | undefined {
  const line = lines.find(({ tone }) => tone === 'stop')
  return line && errorOf(line, path)
}

function errorOf(line: PreflightLine, path: string): ImageError {
  switch (line.id) {
    case 'use': {
      const [holder] = line.use.holders
      const found = line.use.state === 'reading' ? 'reading' : 'writing'
      return new ImageError('file-in-use', {
        path,
        found,
        ...(holder === undefined
          ? {}
          : { holder: `${holder.vm ?? holder.name} (PID ${holder.pid})` }),
      })
    }
    case 'writable':
    case 'refusal':
      // Made by the catalogue and parsed by nobody on the way here.
      return line.error === undefined
        ? new ImageError('file-not-writable', { path })
        : ImageError.fromJSON(line.error as Parameters<typeof ImageError.fromJSON>[0])
    case 'check':
      return new ImageError('plan-image-damaged', { path, found: line.health })
    case 'space':
      return new ImageError('plan-no-space', {
        path,
        link: line.folder,
        expected: line.neededBytes,
        ...(line.freeBytes === undefined ? {} : { found: line.freeBytes }),
      })
    case 'children':
      return new ImageError('plan-overlays-depend', {
        path,
        found: line.children.length,
        link: line.children[0]?.name ?? 'an overlay',
      })
    // Lines that tell of something and never stop it; should one do so, what it tells of is lost.
    case 'snapshots':
    case 'vms':
    case 'undo':
    case 'time':
      return new ImageError('plan-consent-missing', { path })
    default:
      return unreachable(line)
  }
}
