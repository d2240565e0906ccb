import { nameOf, type CatalogueEntry } from './explanation.ts'

export const serviceReasons = {
  'unknown-id': {
    kind: 'not-found',
    number: 1400,
    title: (c) => `That ${c.field ?? 'entry'} is no longer there`,
    detail: (c) => `There is no ${c.field ?? 'entry'} with the id ${c.id ?? '?'}.`,
    advice: () => 'Refresh the view.',
  },
  'already-running': {
    kind: 'locked',
    number: 1401,
    title: () => 'Platter is already running',
    detail: (c) => `Another Platter works with the data folder ${c.path ?? 'of this account'}.`,
    advice: () => 'Use the one that runs, or set PLATTER_DATA to another folder for this one.',
  },
  'database-newer': {
    kind: 'unsupported',
    number: 1402,
    title: () => 'The library was written by a newer Platter',
    detail: (c) =>
      `${c.path ?? 'The database'} has version ${c.found ?? '?'}; this Platter knows versions up to ${c.expected ?? '?'}.`,
    advice: () => 'Update Platter, or set PLATTER_DATA to another folder.',
  },
  'worker-crashed': {
    kind: 'internal',
    number: 1403,
    title: (c) => `The work on ${nameOf(c)} ended without a result`,
    detail: (c) => `The thread that worked on ${c.path ?? 'the file'} stopped unexpectedly.`,
    advice: () => 'Try again. When it happens again, copy the details and report them.',
  },
  'folder-partly-unread': {
    kind: 'permission',
    number: 1404,
    title: (c) => `Parts of ${nameOf(c)} may not be read`,
    detail: (c) =>
      `${c.found === 1 ? 'One folder' : `${c.found ?? 'Some'} folders`} in ${c.path ?? 'it'} could not be listed, first ${c.link ?? 'one of them'} (${c.errno ?? 'EACCES'}).`,
    advice: () => 'Ask the owner for permission to read them, then refresh.',
  },
  'watch-unavailable': {
    kind: 'unsupported',
    number: 1405,
    title: (c) => `${nameOf(c)} is looked at from time to time`,
    detail: (c) =>
      `The system does not report changes in ${c.path ?? 'the folder'} (${c.errno ?? 'unknown reason'}), so it is scanned every ${c.found ?? 'few'} minutes.`,
    advice: () =>
      'On Linux, raise fs.inotify.max_user_watches to see changes at once. Refresh works at any time.',
  },
  'database-damaged': {
    kind: 'corrupt',
    number: 1406,
    title: () => 'The library is damaged',
    detail: (c) => `The database ${c.path ?? 'of this account'} cannot be read.`,
    advice: () =>
      'Start the Platter app: it keeps the damaged file under another name and goes on.',
  },
  'data-folder-unusable': {
    kind: 'io',
    number: 1407,
    title: () => 'Platter cannot keep its data',
    detail: (c) =>
      `${c.path ?? 'The data folder'} cannot be used for the library, the history and the log (${c.errno ?? 'unknown reason'}).`,
    advice: () =>
      'Make room on that disk and make the folder writable for this account, or set PLATTER_DATA and PLATTER_LOGS to other folders.',
  },
  'job-not-resumable': {
    kind: 'invalid-argument',
    number: 1420,
    title: (c) => `The work on ${nameOf(c)} cannot be taken up again`,
    detail: (c) =>
      c.found === 'interrupted'
        ? `What was agreed to was agreed to for ${c.path ?? 'the image'} as it was then.`
        : `Only work that was interrupted can be taken up again; this job ${c.found === undefined ? 'was not' : `is ${c.found}`}.`,
    advice: () => 'Open the action again, look at its plan and start it from there.',
  },
  'nothing-left-to-do': {
    kind: 'invalid-argument',
    number: 1421,
    title: (c) => `There is nothing left to do for ${nameOf(c)}`,
    detail: (c) =>
      `The plan for ${c.path ?? 'the image'} as it is now changes nothing: the interrupted work was done, or something else did it.`,
    advice: () => 'Look at the image; start the action again when it is to be another one.',
  },
  'not-in-this-shell': {
    kind: 'unsupported',
    number: 1491,
    title: (c) => `${c.feature ?? 'This'} is not possible here`,
    detail: (c) => `${c.feature ?? 'This'} needs ${c.expected ?? 'the desktop app'}.`,
    advice: (c) => `Use ${c.expected ?? 'the desktop app'} for it.`,
  },
  'outside-roots': {
    kind: 'permission',
    number: 1492,
    title: (c) => `${nameOf(c)} is outside the folders that are shared here`,
    detail: (c) =>
      `${c.path ?? 'The path'} lies below none of the folders Platter was started with.`,
    advice: () => 'Start Platter with that folder as well, for example: npm start -- /srv/vm.',
  },
  disconnected: {
    kind: 'io',
    number: 1490,
    title: () => 'The connection to Platter was lost',
    detail: () => 'The window has no connection to the program that does the work.',
    safety: 'Running jobs go on without the window.',
    advice: () => 'Wait until the window is connected again, then look at the result.',
  },
} as const satisfies Record<string, CatalogueEntry>
