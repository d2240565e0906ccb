/** The inspector beside the library. */
export const inspector = {
  reading: 'Reading the image…',
  missing: {
    title: 'The file is missing',
    since: (path: string, when: string) =>
      `It has not been at ${path} since ${when}. When it comes back, its facts are read again; the history is kept.`,
  },
}
