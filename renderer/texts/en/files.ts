/** The image as a file: another name, another place, the Trash, out of the library. */
export const files = {
  from: 'From',
  to: 'To',
  relinked: (count: number, shown: string) =>
    count === 1
      ? '1 overlay is told the new place as part of it'
      : `${shown} overlays are told the new place as part of it`,
  path: {
    empty: 'It needs a name',
    same: 'This is the name it has',
    separator: 'A name has no / and no \\',
    reserved: 'This name is not possible',
    tooLong: 'The name is too long: at most 255 bytes',
    taken: (name: string) => `${name} is in the library already, in the same folder`,
  },
  rename: {
    command: 'Rename…',
    title: (name: string) => `Rename ${name}`,
    name: 'New name',
    verb: (name: string) => `Rename to ${name}`,
    verbAlone: 'Rename',
    extension: (before: string, after: string) =>
      `The extension changes from ${before} to ${after}. Programs that go by it may take the image for something else.`,
    noExtension: 'none',
  },
  /** In the list itself. */
  inline: {
    label: (name: string) => `New name of ${name}`,
    left: 'The name stays as it is',
    started: (from: string, to: string) => `Renaming ${from} to ${to}`,
  },
  move: {
    command: 'Move to…',
    title: (name: string) => `Move ${name}`,
    folder: 'To which folder',
    folders: 'Folders of the library',
    choose: 'Another folder…',
    chosen: 'Chosen',
    verb: (folder: string) => `Move to ${folder}`,
    verbAlone: 'Move',
    needsFolder: 'Choose a folder',
    same: 'Already in this folder',
    copied: (bytes: string, images: number) =>
      `${bytes} are copied and compared, because the folder is on another volume. Only then the ${images === 1 ? 'file here goes' : 'files here go'}.`,
    renamed: 'Nothing is copied: the folder is on the same volume.',
    folderNot: (path: string, reason: string) => `${path}. ${reason}`,
    none: 'None of them can be moved there',
    names: 'Images that are moved',
    noRoom: (needed: string, free: string) => `It needs ${needed}, and ${free} are free there`,
    batch: (count: string, folder: string) => `${count} to ${folder}`,
  },
  /** Of several, when all is done. */
  many: {
    done: (images: string) => `${images} moved, each can be taken back`,
    doneBut: (moved: string, stayed: string) => `${moved} moved, ${stayed} left in place`,
    results: 'Show results',
  },
  trash: {
    command: 'Move to Trash…',
    title: (name: string) => `Move ${name} to the Trash`,
    titleMany: (count: string) => `Move ${count} to the Trash`,
    verb: 'Move to Trash',
    meaning: 'The file is moved to the Trash of its volume and leaves the library.',
    meaningMany: 'The files are moved to the Trash of their volume and leave the library.',
    bytes: (bytes: string) => `${bytes} on disk; the space is free once the Trash is emptied.`,
    included: (count: string, bytes: string) => `${count}, ${bytes} on disk`,
    noted: (images: string, note: string) => `${images}: ${note}`,
    skipped: (count: string, reason: string) => `${count} left where they are: ${reason}`,
    skippedOne: (reason: string) => `1 left where it is: ${reason}`,
    none: 'None of them can be moved to the Trash',
    looking: 'Looking at who needs them…',
    names: 'Images that are moved to the Trash',
    batch: (count: string) => `${count} to the Trash`,
    noTrash: 'This host has no Trash',
  },
  remove: {
    title: (what: string) => `Remove ${what} from the library?`,
    theImage: 'the image',
    meaning: 'The files stay where they are, unchanged. Only Platter’s list gets shorter.',
    undoable: 'This can be undone.',
    keep: 'Keep',
    verb: 'Remove from library',
    batch: (count: string) => `${count} out of the library`,
    done: (what: string) => `Removed ${what} from the library`,
    doneDetail: 'The files are where they were.',
    inFolderOne:
      'It lies in a folder of the library and may come back when that folder is read again.',
    inFolderAll:
      'They lie in a folder of the library and may come back when that folder is read again.',
    inFolderSome: (count: string) =>
      `${count} may come back when the library reads its folders again.`,
    more: (count: string) => `and ${count} more`,
  },
}
