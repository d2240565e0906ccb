/** The window, or the tab, that shows one image. */
export const imageWindow = {
  actions: 'Actions',
  check: 'Check',
  compact: 'Compact…',
  resize: 'Resize…',
  snapshot: 'Snapshot…',
  hash: 'SHA-256',
  more: 'More actions',
  search: 'Search images and commands',
  refused: 'The browser did not open a tab',
  allow: 'Allow pop-ups for this page in the browser’s address bar, then try again.',
  gone: {
    title: 'This image is no longer in the library',
    text: 'It was removed from the library, or moved to the Trash. What was done can be taken back in the library’s history.',
    close: 'Close this window',
  },
}
