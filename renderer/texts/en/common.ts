export const common = {
  cancel: 'Cancel',
  clear: 'Clear',
  close: 'Close',
  back: 'Back',
  copy: 'Copy',
  copied: (what: string) => `${what} copied`,
  details: 'Details',
  dismiss: 'Dismiss',
  done: 'Done',
  unknown: 'Unknown',
}
