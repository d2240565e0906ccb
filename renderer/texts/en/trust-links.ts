/** Whether files that an image names are opened. */
export const trustLinks = {
  trusted: (image: string) => `Links of ${image} are trusted`,
  notTrusted: (image: string) => `Links of ${image} are not followed`,
  question: (image: string) => `Trust the links of ${image}?`,
  text: 'An image can name other files that it is read together with. Whoever made the image chose those names, so Platter opens a file outside the image’s folder only when you say so. Reading never changes a file.',
  stop: 'Stop trusting',
  keep: 'Keep trusting',
  leave: 'Leave closed',
  trust: 'Trust for this image',
  image: 'Image',
  names: 'Names',
  thatIs: 'That is',
  notAPath: 'not a path',
  state: 'State',
  states: {
    present: 'The file is there',
    missing: 'No file is there',
    outside: 'Outside the image’s folder',
    'not-a-path': 'No file of this computer; it is never opened',
  },
}
