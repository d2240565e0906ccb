import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import type { Scope } from '../../state/page.ts'
import type { IconName } from '../../ui/icon.tsx'
import { unreachable } from '../../unreachable.ts'

export interface EmptyWords {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly offersFolder: boolean
}

/** What an empty view says: what will be here, or why it is good that nothing is. */
export function emptyWords(scope: Scope, folder: LibraryFolder | undefined): EmptyWords {
  switch (scope.kind) {
    case 'all':
      return {
        icon: 'disks',
        title: 'No images yet',
        text: 'The folders in your library hold no disk images that Platter knows. Images show up here as soon as there are some.',
        offersFolder: true,
      }
    case 'needs-care':
      return {
        icon: 'check-circle',
        title: 'Nothing needs care',
        text: 'Images with leaks, damage, broken links or unreadable files are listed here. Images that were never checked are not: check them to be sure.',
        offersFolder: false,
      }
    case 'in-use':
      return {
        icon: 'use',
        title: 'No image is in use',
        text: 'Images that a virtual machine or another program has open are listed here, with its name.',
        offersFolder: false,
      }
    case 'missing':
      return {
        icon: 'check-circle',
        title: 'No image is missing',
        text: 'Images whose file is no longer where it was are listed here, with everything that was known of them.',
        offersFolder: false,
      }
    case 'recent':
      return {
        icon: 'clock',
        title: 'Nothing recent',
        text: 'Images that were added or changed in the last 14 days are listed here.',
        offersFolder: false,
      }
    case 'folder':
      if (folder?.error !== undefined) {
        const { title, detail, advice } = folder.error.explanation
        return { icon: 'care', title, text: `${detail} ${advice}`, offersFolder: false }
      }
      return folder?.scanning === true
        ? {
            icon: 'folder',
            title: 'Reading the folder…',
            text: 'Images appear as their headers are read.',
            offersFolder: false,
          }
        : {
            icon: 'folder',
            title: 'No images in this folder',
            text: `${folder?.path ?? 'The folder'} holds no disk images that Platter knows.`,
            offersFolder: false,
          }
    default:
      return unreachable(scope)
  }
}
