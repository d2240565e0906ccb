/** What ended while the page was not in view, as the browser notifies of it. */
export const news = {
  done: (image: string) => `Done: ${image}`,
  failed: (image: string) => `Failed: ${image}`,
  batch: (done: string, total: string) => `${done} of ${total} done`,
}
