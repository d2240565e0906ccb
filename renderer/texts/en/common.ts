export const common = {
  cancel: 'Cancel',
  close: 'Close',
  back: 'Back',
  copy: 'Copy',
  details: 'Details',
  unknown: 'Unknown',
}
