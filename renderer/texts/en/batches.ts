/** Batches in the drawer, and the buttons they have everywhere; see also batch. */
export const batches = {
  /** After a count, in the drawer. */
  counted: {
    ok: { check: 'healthy', other: 'done' },
    leaks: 'with leaks',
    damaged: 'in need of repair',
    unreadable: 'that cannot be read',
    nothing: 'with nothing to do',
    failed: 'failed',
    cancelled: 'cancelled',
    skipped: 'skipped',
  },
  paused: 'Paused',
  noResults: 'No results yet',
  results: 'Results',
  doneOf: (done: string, total: string) => `${done} of ${total}`,
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  pauseOf: (title: string) => `Pause: ${title}`,
  resumeOf: (title: string) => `Resume: ${title}`,
  cancelOf: (title: string, worth: string) => `Cancel: ${title}. ${worth}`,
  pauseHint: 'What is worked on stands still where it is, and no further image is begun.',
  cancelHint: (worth: string) => `Cancel – ${worth}`,
  worth: {
    look: 'finished results are kept, every image stays as it is.',
    change: 'what has finished stays done; images that were not begun stay as they are.',
  },
}
