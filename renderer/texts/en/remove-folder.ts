/** Taking a folder out of the library; see also files.remove. */
export const removeFolder = {
  title: (path: string) => `Remove ${path} from the library?`,
  text: (count: number, images: string) =>
    count === 1
      ? '1 image leaves the list. The folder and its files stay where they are, unchanged.'
      : `${images} leave the list. The folder and its files stay where they are, unchanged.`,
  theFolder: 'The folder',
  keep: 'Keep',
  verb: 'Remove from library',
  done: (path: string) => `Removed ${path} from the library`,
  doneDetail: 'Its files are where they were.',
}
