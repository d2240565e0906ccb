import { at, nameOf, type CatalogueEntry } from './explanation.ts'

const getAnotherCopy = () => 'Use another copy of the image, or a backup.'

export const formatReasons = {
  'unknown-format': {
    kind: 'invalid-format',
    number: 1200,
    title: (c) => `${nameOf(c)} is not a disk image we know`,
    detail: (c) =>
      `${c.path ?? 'The file'} starts with ${c.found ?? 'bytes'}, which belongs to no format Platter knows.`,
    advice: () =>
      'If you know that it is a raw disk, say so: “Treat as raw disk” in the window, --format raw on the command line.',
  },
  'format-not-supported': {
    kind: 'unsupported',
    number: 1201,
    title: (c) => `${nameOf(c)} is a ${c.format ?? 'foreign'} image`,
    detail: (c) =>
      `Platter recognises ${c.format ?? 'this format'} but cannot read it yet; it reads qcow2 and raw.`,
    advice: (c) => `Convert it with a tool that reads ${c.format ?? 'it'}, or keep it listed here.`,
  },
  'header-cut-short': {
    kind: 'invalid-format',
    number: 1202,
    title: (c) => `${nameOf(c)} ends inside its header`,
    detail: (c) =>
      `A ${c.format ?? 'qcow2'} header needs ${c.expected ?? '?'} bytes; the file has ${c.found ?? '?'}.`,
    advice: getAnotherCopy,
  },
  'field-invalid': {
    kind: 'invalid-format',
    number: 1203,
    title: (c) => `${nameOf(c)} has a ${c.structure ?? 'header'} that is not valid`,
    detail: (c) =>
      `${c.field ?? 'A field'} of the ${c.structure ?? 'header'} at ${at(c.offset)} is ${c.found ?? '?'}; expected ${c.expected ?? 'another value'}.`,
    advice: getAnotherCopy,
  },
  'table-too-large': {
    kind: 'invalid-format',
    number: 1204,
    title: (c) => `${nameOf(c)} asks for an impossible ${c.structure ?? 'table'}`,
    detail: (c) =>
      `Its header asks for a ${c.structure ?? 'table'} of ${c.found ?? '?'}; the limit is ${c.limit ?? c.expected ?? '?'}.`,
    advice: () => 'Do not use this image: it is damaged or made to do harm.',
  },
  'feature-unknown': {
    kind: 'unsupported',
    number: 1205,
    title: (c) => `${nameOf(c)} was made by a newer tool`,
    detail: (c) =>
      `It needs the feature ${c.feature ?? '?'}, which this version of Platter does not know.`,
    advice: () => 'Use a newer version of Platter.',
  },
  encrypted: {
    kind: 'unsupported',
    number: 1206,
    title: (c) => `${nameOf(c)} is encrypted`,
    detail: (c) =>
      `Its content is encrypted (${c.format ?? 'LUKS'}) and needs a passphrase; Platter cannot ask for one yet.`,
    advice: () => 'Header, check and map work without the passphrase.',
  },
  'structure-damaged': {
    kind: 'corrupt',
    number: 1207,
    title: (c) => `${nameOf(c)} is damaged`,
    detail: (c) =>
      `The ${c.structure ?? 'structure'} at ${at(c.offset)} is not valid: ${c.found ?? 'unreadable'}${c.expected === undefined ? '' : `, expected ${c.expected}`}.`,
    advice: () => 'Check the image to see what is affected.',
  },
  'cluster-undecodable': {
    kind: 'corrupt',
    number: 1208,
    title: (c) => `${nameOf(c)} has damaged compressed data`,
    detail: (c) =>
      `The compressed cluster for guest ${at(c.guestOffset)}, stored at ${at(c.offset)}, does not unpack: ${c.found ?? 'bad data'}.`,
    advice: () => 'Check the image, and restore that part from a backup.',
  },
  'check-not-possible': {
    kind: 'unsupported',
    number: 1209,
    title: (c) => `${nameOf(c)} has nothing to check`,
    detail: (c) =>
      `The ${c.format ?? 'raw'} format has no structures of its own that could be checked.`,
    advice: () => 'Compute its SHA-256 to compare it with a known good copy.',
  },
} as const satisfies Record<string, CatalogueEntry>
