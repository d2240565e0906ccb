import { homedir } from 'node:os'
import path from 'node:path'
import type { ShellPorts } from '../shell-ports.ts'
import type { Trash } from './file-parts.ts'

/**
 * The Trash of this machine: the one that Linux' file managers share, where a file can come back from by itself, or
 * what the shell's system offers.
 */
export function trashOf({ trash }: Pick<ShellPorts, 'trash'>): Trash {
  const uid = process.getuid?.()
  if (process.platform === 'linux' && uid !== undefined) {
    const chosen = process.env['XDG_DATA_HOME'] ?? ''
    // The specification of the base folders takes no path that is not whole.
    const dataHome = path.isAbsolute(chosen) ? chosen : path.join(homedir(), '.local', 'share')
    return { kind: 'freedesktop', owner: { dataHome, uid } }
  }
  return trash === undefined ? { kind: 'none' } : { kind: 'system', send: (file) => trash(file) }
}
