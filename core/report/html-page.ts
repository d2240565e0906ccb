import { reportStyle } from './html-style.ts'
import { fragment, nothing, type Markup } from './html-text.ts'

export type Tone = 'good' | 'waste' | 'bad' | 'plain'

/**
 * One file that explains itself, prints well and follows the reader's colour scheme. It holds no
 * script and loads nothing, so that it can be mailed and opened anywhere; its own policy says so too.
 */
export function htmlPage({
  title,
  body,
}: {
  readonly title: string
  readonly body: Markup
}): string {
  const page = fragment`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${{ markup: reportStyle }}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `
  return page.markup
}

/** By code unit: the same order on every machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The file's own name large, its folder small below: names are compared, folders are looked up. */
export function pathMarkup(path: string): Markup {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1
  const folder = cut <= 1 ? path.slice(0, cut) : path.slice(0, cut - 1)
  return fragment`${path.slice(cut)}${folder === '' ? nothing : fragment`<span class="folder">${folder}</span>`}`
}
