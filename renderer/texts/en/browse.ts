/** Folders of the computer that Platter runs on, for choosing and adding. */
export const browse = {
  addFolder: 'Add a folder',
  openImage: 'Open an image',
  aFolder: 'Choose a folder',
  anImage: 'Choose an image',
  description:
    'These are the folders that Platter was started with, on the computer it runs on. To reach another one, start it with that one: platter web FOLDER',
  up: 'Up to the folder above',
  atTop: 'This is the top',
  allFolders: 'All folders',
  backToTop: 'Back to the top',
  empty: 'This folder is empty.',
  goIn: 'Go into a folder first',
  chooseFile: 'Choose a file first',
  addThisFolder: 'Add this folder…',
  openIt: 'Open image',
  chooseThis: 'Choose this folder',
  chooseIt: 'Choose this image',
  chooseFolder: 'Choose a folder…',
  chooseImage: 'Choose a file…',
}
