import { unreachable } from '../../core/index.ts'
import type { SkipReason } from '../../ipc/schemas/batch.ts'

const lacking = {
  tables: 'A raw image has no tables that could be checked or repaired.',
  snapshots: 'A raw image has no room for snapshots.',
  'backing-file': 'A raw image names no backing file.',
} as const

const notUndone = {
  'nothing-changed': 'Nothing of it was changed.',
  'not-needed': 'There is nothing to undo: its content is the same as before.',
  done: 'It was undone already.',
  'let-go': 'What was kept to undo it is no longer kept.',
  'later-first': 'A later change of its place has to be undone first.',
  'no-way': 'This change cannot be undone.',
} as const

/** One sentence for the reports of batches, which are kept, and in English as the command line's are. */
export function skipWords(reason: SkipReason): string {
  switch (reason.kind) {
    case 'gone':
      return 'It is no longer in the library.'
    case 'missing':
      return 'The file is missing.'
    case 'one-by-one':
      return 'Each image needs a name of its own: do it one by one.'
    case 'read-only':
      return 'The file may not be written by this account.'
    case 'unreadable':
      return 'The image cannot be read.'
    case 'raw':
      return lacking[reason.lacks]
    case 'format':
      return `Platter recognises ${reason.label} images but cannot read them yet.`
    case 'needs-full-repair':
      return 'It needs the full repair; this one is of leaks only.'
    case 'nothing-to-repair':
      return 'The last check found nothing to repair.'
    case 'no-backing-file':
      return 'It stands on no backing file.'
    case 'in-use':
      return `It is in use by ${reason.holder ?? 'another program'}.`
    case 'there-already':
      return 'It is in that folder already.'
    case 'name-taken':
      return 'The folder has a file of its name.'
    case 'overlays-stay':
      return `Overlays that stay stand on it: ${reason.count}.`
    case 'vm':
      return `The virtual machine ${reason.vm} uses it.`
    case 'data-file-of':
      return `It holds the content of ${reason.name}.`
    case 'keeps-data-beside':
      return 'It names its data file by a path that leads nowhere from another folder.'
    case 'no-undo':
      return notUndone[reason.because]
    default:
      return unreachable(reason)
  }
}
