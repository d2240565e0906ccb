import type { Page } from 'playwright-core'

/**
 * What the window says in plain English while it is to speak the made-up language, in which every vowel has an accent:
 * such a sentence is in no catalogue. Three words are one; fewer may be a name that somebody gave. The log is English.
 */
export const plainTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    // Before the services have answered nobody knows the language.
    if (document.querySelector('.no-connection') !== null) return []
    const plainWords =
      /(?:(?<![\p{L}\d/\\._:-])\p{L}*[aeiou]\p{L}*[,;:.]? +){2}\p{L}*[aeiou]\p{L}*/u
    const stretched = /\[[^[\]]*~[^[\]]*\]/gu
    const isPlain = (text: string): boolean => plainWords.test(text.replaceAll(stretched, ''))
    const isCode = (element: Element | null): boolean =>
      element !== null && element.closest('code, kbd, pre, textarea, .mono, .job-log') !== null
    const found = new Set<string>()
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement: parent, textContent } = node
      if (parent === null || isCode(parent) || !parent.checkVisibility()) continue
      if (isPlain(textContent ?? ''))
        found.add(`plain "${textContent ?? ''}" in ${parent.className}`)
    }
    const names = ['aria-label', 'aria-valuetext', 'placeholder', 'title']
    for (const element of document.querySelectorAll(names.map((name) => `[${name}]`).join())) {
      if (isCode(element)) continue
      for (const name of names) {
        const text = element.getAttribute(name) ?? ''
        if (isPlain(text)) found.add(`plain ${name} "${text}" of ${element.className}`)
      }
    }
    return [...found]
  })
