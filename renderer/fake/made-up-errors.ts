import type { ErrorData } from '../../ipc/schemas/error.ts'

export const permissionDenied = (path: string): ErrorData => ({
  reason: 'permission-denied',
  kind: 'permission',
  code: 'PLT-1102',
  context: { path, errno: 'EACCES' },
  explanation: {
    title: `Cannot read ${path.slice(path.lastIndexOf('/') + 1)}: permission denied`,
    detail: `${path} belongs to root and only its owner may read it.`,
    safety: 'Nothing was changed.',
    advice: 'Give your user the right to read it, then refresh.',
  },
  causes: ['EACCES: permission denied, open'],
})

export const hugeTable = (path: string): ErrorData => ({
  reason: 'l1-too-large',
  kind: 'invalid-format',
  code: 'PLT-2104',
  context: {
    path,
    structure: 'header',
    field: 'l1_size',
    found: 1_208_925_819_614,
    limit: 4_194_304,
  },
  explanation: {
    title: `Refused: the header of ${path.slice(path.lastIndexOf('/') + 1)} asks for a 9.2 TiB table`,
    detail:
      'The L1 table is said to have 1,208,925,819,614 entries; at most 4,194,304 are allowed.',
    safety: 'Nothing was changed, and nothing of that size was read.',
    advice: 'The header is damaged or made to do harm. Restore the image from a backup.',
  },
  causes: [],
})

export const unknownFormat = (path: string): ErrorData => ({
  reason: 'unknown-format',
  kind: 'invalid-format',
  code: 'PLT-1200',
  context: { path, found: '8f 3a 11 c4 90 02 7e d5' },
  explanation: {
    title: `${path.slice(path.lastIndexOf('/') + 1)} is not a disk image we know`,
    detail: `${path} starts with 8f 3a 11 c4 90 02 7e d5, which belongs to no format Platter knows.`,
    safety: 'Nothing was changed.',
    advice:
      'If you know that it is a raw disk, say so: “Treat as raw disk” in the window, --format raw on the command line.',
  },
  causes: [],
})

export const readFailed = (path: string): ErrorData => ({
  reason: 'read-failed',
  kind: 'io',
  code: 'PLT-1110',
  context: { path, offset: 1_946_157_056, errno: 'EIO' },
  explanation: {
    title: `Cannot read all of ${path.slice(path.lastIndexOf('/') + 1)}`,
    detail: `The device reported an error at byte 1,946,157,056 of ${path}.`,
    safety: 'Nothing was changed.',
    advice: 'The disk below may be failing. Copy what you can read, then look at its health.',
  },
  causes: ['EIO: i/o error, read'],
})

const nameOf = ({ path }: { readonly path: string }): string =>
  path.slice(path.lastIndexOf('/') + 1)

export const notRaw = (image: { readonly path: string }): ErrorData => ({
  reason: 'compact-mode-not-raw',
  kind: 'unsupported',
  code: 'PLT-1650',
  context: { path: image.path },
  explanation: {
    title: `${nameOf(image)} is raw: nothing in it can move`,
    detail: 'Where a byte of a raw image lies is where the guest reads it.',
    safety: 'Nothing was changed.',
    advice: 'Punch holes instead.',
  },
  causes: [],
})

export const rewriteLosesSnapshots = (image: { readonly path: string }): ErrorData => ({
  reason: 'rewrite-loses-snapshots',
  kind: 'unsupported',
  code: 'PLT-1651',
  context: { path: image.path },
  explanation: {
    title: 'A rewrite would lose the snapshots',
    detail: `A new file has the present state of ${nameOf(image)} only.`,
    safety: 'Nothing was changed.',
    advice: 'Compact in place, which keeps them.',
  },
  causes: [],
})
