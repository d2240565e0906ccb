/** Speeds, spans of time and dates. Signs of units (GiB) are the same everywhere and stay in renderer/format. */
export const units = {
  bytes: (count: number, shown: string) => (count === 1 ? '1 byte' : `${shown} bytes`),
  perSecond: {
    bytes: (size: string) => `${size}/s`,
    clusters: (count: string) => `${count} clusters/s`,
    files: (count: string) => `${count} files/s`,
  },
  milliseconds: (count: number) => `${count} ms`,
  seconds: (count: number | string) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
  /** "2 min 5 s". */
  andSmaller: (bigger: string, smaller: string) => `${bigger} ${smaller}`,
  left: (span: string) => `about ${span} left`,
  nearlyDone: 'a few seconds left',
  justNow: 'just now',
  minutesAgo: (count: number) => `${count} min ago`,
  hoursAgo: (count: number) => (count === 1 ? '1 hour ago' : `${count} hours ago`),
  daysAgo: (count: number) => (count === 1 ? '1 day ago' : `${count} days ago`),
}
