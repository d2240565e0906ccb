/** Finding a command, a folder or an image by typing. */
export const palette = {
  search: 'Search images and commands',
  results: 'Results',
  kinds: { command: 'Commands', folder: 'Folders', image: 'Images' },
  nothing: 'Nothing has these words in its name or path.',
}
