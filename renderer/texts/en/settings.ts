/** Settings that came after the first ones; see features/settings. */
export const settings = {
  language: 'Language',
  languages: { en: 'English', 'en-XA': 'English, made long and strange (for testing)' },
  notifications: {
    title: 'Notifications',
    ask: 'Allow notifications…',
    meaning:
      'Tells of work that failed or took longer than 10 seconds, while this page is not in view. The browser asks you first.',
    granted: 'The browser shows them while this page is not in view.',
    denied: 'The browser was told not to show them; its settings for this page can change that.',
    unsupported: 'This browser has no notifications.',
  },
  news: {
    done: (image: string) => `Done: ${image}`,
    failed: (image: string) => `Failed: ${image}`,
    batch: (done: string, total: string) => `${done} of ${total} done`,
  },
}
