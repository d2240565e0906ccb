/** The settings. */
export const settings = {
  title: 'Settings',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  rows: 'Rows',
  densities: { comfortable: 'Comfortable', compact: 'Compact' },
  sizes: 'Sizes',
  sizesHint:
    '1 GiB is 1,073,741,824 bytes; 1 GB is 1,000,000,000. The exact number is shown on hover.',
  units: { binary: 'GiB, MiB', decimal: 'GB, MB' },
  links: 'Links inside images',
  linksHint:
    'An image can name other files (a backing file, a data file). Names that lead out of the image’s folder are opened only as chosen here.',
  linkRules: {
    ask: 'Ask for each image',
    'same-folder': 'Only within the image’s folder',
    deny: 'Never follow',
  },
  jobs: 'Parallel jobs',
  jobsHint: 'Jobs that read images at the same time. One spinning disk is fastest with one or two.',
  asManyAsCores: 'As many as there are cores',
  log: 'Log',
  logHint: 'Never what is inside an image. Written to:',
  logLevels: {
    error: 'Errors only',
    warn: 'Warnings',
    info: 'What happens',
    debug: 'Everything',
  },
  language: 'Language',
  languages: { en: 'English', 'en-XA': 'English, stretched (for testing)' },
  notifications: {
    title: 'Notifications',
    ask: 'Allow notifications…',
    meaning:
      'Tells of work that failed or took longer than 10 seconds, while this page is not in view. The browser asks you first.',
    granted: 'The browser shows them while this page is not in view.',
    denied: 'The browser was told not to show them; its settings for this page can change that.',
    unsupported: 'This browser has no notifications.',
  },
}
