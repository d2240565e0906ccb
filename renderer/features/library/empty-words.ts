import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { explain } from '../../state/explain-error.ts'
import type { Scope } from '../../state/page.ts'
import { texts } from '../../texts/texts.ts'
import type { IconName } from '../../ui/icon.tsx'
import { unreachable } from '../../unreachable.ts'

export interface EmptyWords {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly offersFolder: boolean
}

export interface EmptyFacts {
  readonly folder: LibraryFolder | undefined
  /** At least one virtual machine was found; undefined until that was asked. */
  readonly knowsMachines: boolean | undefined
}

/** What an empty view says: what will be here, or why it is good that nothing is. */
export function emptyWords(scope: Scope, { folder, knowsMachines }: EmptyFacts): EmptyWords {
  const words = texts().library.empty
  switch (scope.kind) {
    case 'all':
      return { icon: 'disks', ...words.all, offersFolder: true }
    case 'needs-care':
    case 'missing':
      return { icon: 'check-circle', ...words[scope.kind], offersFolder: false }
    case 'in-use':
      return { icon: 'use', ...words['in-use'], offersFolder: false }
    case 'big-savings':
      return { icon: 'compact', ...words['big-savings'], offersFolder: false }
    case 'orphans':
      return knowsMachines === false
        ? { icon: 'help', ...words.noMachines, offersFolder: false }
        : { icon: 'check-circle', ...words.orphans, offersFolder: false }
    case 'recent':
      return { icon: 'clock', ...words.recent, offersFolder: false }
    case 'folder': {
      if (folder?.error !== undefined) {
        const { title, detail, advice } = explain(folder.error)
        return { icon: 'care', title, text: `${detail} ${advice}`, offersFolder: false }
      }
      if (folder?.scanning === true) {
        return { icon: 'folder', ...words.folderReading, offersFolder: false }
      }
      const { title, text, theFolder } = words.folder
      return { icon: 'folder', title, text: text(folder?.path ?? theFolder), offersFolder: false }
    }
    default:
      return unreachable(scope)
  }
}
