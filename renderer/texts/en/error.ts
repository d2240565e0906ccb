/** Around an error's own sentences, which come with it (core/errors), and the one fault that is the window's. */
export const error = {
  copyDetails: 'Copy details',
  detailsCopied: 'Details copied',
  ofTheWindow: {
    title: 'Platter did not expect this',
    detail: (message: string) => `The window met a fault of its own: ${message}.`,
    safety: 'No image was changed.',
    advice: 'Try again. If it comes back, copy the details into a report.',
  },
  /** Of a list: what it is, and what can be done. */
  inOneLine: (title: string, advice: string) => `${title}. ${advice}`,
}
