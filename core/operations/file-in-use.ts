import { ImageError } from '../errors/image-error.ts'
import type { ImageHolder } from './image-info.ts'

export interface Users {
  readonly path: string
  readonly mode: 'reading' | 'writing'
  /** Empty when they cannot be named: programs of other users hide what they have open. */
  readonly holders: readonly ImageHolder[]
  /** To say so when it is ourselves who have it. */
  readonly ourPid?: number
}

/** `file-in-use`, naming who: `qemu-system-x86_64 (PID 4312, VM web01)`. */
export function fileInUse({ path, mode, holders, ourPid }: Users): ImageError {
  const names = holders.map(({ name, pid, vm }) => {
    const facts = [`PID ${pid}`, vm === undefined ? '' : `VM ${vm}`]
    if (pid === ourPid) facts.push('this program itself')
    return `${name} (${facts.filter((fact) => fact !== '').join(', ')})`
  })
  return new ImageError('file-in-use', {
    path,
    found: mode,
    ...(names.length === 0 ? {} : { holder: names.join(', ') }),
  })
}
