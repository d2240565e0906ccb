/** The layers a guest reads through; see also the chain. */
export const layers = {
  states: {
    open: 'Read',
    refused: 'Not opened',
    missing: 'Missing',
    'not-a-path': 'Never opened',
    loop: 'Loop',
    'too-deep': 'Too deep',
    unreadable: 'Cannot read',
  },
  /** What follows; what happened is said by the link's own error. */
  consequences: {
    refused:
      'Platter opens a file outside the folder only when you trust this image, because a hostile image could name any file of this computer.',
    unread: 'What the image does not store itself cannot be read.',
    notFollowed: 'It was not followed further.',
  },
  roles: { image: 'image', 'backing file': 'backing file', 'data file': 'data file' },
  assumed:
    'Nothing says the format of this file, and it has no signature that Platter knows: it is read as raw, as QEMU does.',
  rawAssumed: 'raw (assumed)',
  alone: 'This image stands alone: it has no backing file and no data file.',
  base: 'This image has no backing file and no data file: it is the base of the images that build on it.',
  below: 'What a layer does not store is read from the layer below it.',
  thisImage: 'This image',
  asWritten: 'As written',
  path: 'Path',
  format: 'Format',
  virtualSize: 'Virtual size',
  onDisk: 'On disk',
  trust: 'Trust this link…',
}
