/** Adding folders to the library. */
export const addFolder = {
  title: (path: string) => `Add ${path}`,
  titleMany: (folders: string) => `Add ${folders}`,
  text: 'Images appear in the list as their headers are read. Nothing in the folder is changed.',
  verb: 'Add folder',
  verbMany: 'Add folders',
  isKnown: 'It is in the library already and will be read again.',
  areKnown: (count: number) =>
    count === 1
      ? '1 of them is in the library already and will be read again.'
      : `${count} of them are in the library already and will be read again.`,
  recursive: 'Include subfolders',
  watch: 'Keep watching',
  watchHint: 'New, changed and removed files show up by themselves.',
  check: 'Check now',
  checkHint: 'Looks into every qcow2 image once the folder has been read.',
  nothingToCheck: 'Nothing to check',
  noImages: 'The folder holds no disk images.',
  batch: (images: string) => `Check of ${images}`,
}
