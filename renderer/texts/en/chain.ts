/** Which images build on which: the page of all backing chains, and a family in the inspector. */
export const chain = {
  title: 'Backing chains',
  summary: (families: string, images: string) => `${families} with ${images}`,
  families: (count: number, shown: string) => (count === 1 ? '1 chain' : `${shown} chains`),
  images: (count: number, shown: string) => (count === 1 ? '1 image' : `${shown} images`),
  broken: (count: number, shown: string) =>
    count === 1 ? '1 broken link' : `${shown} broken links`,
  view: 'Show as',
  graph: 'Graph',
  list: 'List',
  onlyBroken: 'Broken links only',
  find: 'Find an image',
  notFound: 'No image of a chain matches',
  label: 'Images and the images that build on them',
  none: 'No image builds on another',
  noneMeaning:
    'An overlay stores only what differs from its backing file. When the library holds some, they are shown here from the base to its newest overlay.',
  noneBroken: 'No link is broken',
  noneBrokenMeaning: 'Every backing file that an image of the library names is where it should be.',
  children: (count: number, shown: string) => (count === 1 ? '1 overlay' : `${shown} overlays`),
  noChildren: 'No overlays',
  vms: (names: string) => `VM ${names}`,
  buildsOn: (name: string) => `builds on ${name}`,
  base: 'Base',
  states: {
    missing: 'Missing',
    outside: 'Outside the library',
    untrusted: 'Link not followed',
    'no-file': 'No file',
    loop: 'Builds on itself',
  },
  /** What follows from the state of a link, for the person's data. */
  meanings: {
    missing: (name: string) =>
      `${name} is not there. What its overlays do not store themselves cannot be read until it is back or the link is changed.`,
    outside: (name: string) =>
      `${name} is there and not in the library. Add it to see what it builds on.`,
    untrusted: (name: string) =>
      `${name} lies outside of the image’s folder. Platter does not open it unless you trust the image.`,
    'no-file': (name: string) => `${name} is no file of this computer. Platter never opens it.`,
    loop: 'These images name each other as backing file. None of them can be read.',
  },
  relink: 'Relink…',
  locate: 'Locate…',
  trust: 'Trust…',
  add: 'Add to library',
  show: 'Show in the list',
  showOverlays: (count: string) => `Show its ${count} overlays in the list`,
  more: (count: string) => `${count} more`,
  columns: {
    image: 'Image',
    buildsOn: 'Builds on',
    children: 'Overlays',
    depth: 'Layer',
    state: 'State',
    actions: 'Actions',
  },
  inspector: {
    title: 'Its chain in the library',
    all: 'All chains',
  },
  locateSheet: {
    title: (name: string) => `Where is ${name} now?`,
    description: (path: string) =>
      `The file is no longer at ${path}. When you say where it is, everything that is known of it stays: checks, hashes, history.`,
    candidates: 'It may be one of these',
    noCandidates: 'No image of the library looks like it.',
    signs: {
      'same-start': 'Same beginning',
      'same-name': 'Same name',
      'same-size': 'Same size',
      none: 'It looks like another image',
    },
    choose: 'Choose a file…',
    take: 'This is it',
    takeAnyway: 'Take it all the same',
    different: (name: string) =>
      `${name} looks like another image: its beginning or its size is not what was known. Its history would become that of the missing one.`,
    replaces: (name: string) => `${name} is in the library already: the two become one.`,
    found: (name: string) => `${name} is found again`,
    choosePath: 'Choose one of the images, or a file',
  },
}
