import { formatCount } from './format-quantity.ts'
import type { Tone } from './html-page.ts'
import { fragment, join, type Markup } from './html-text.ts'

/** How an outcome is told on a page. */
export interface OutcomeWords {
  readonly word: string
  readonly tone: Tone
}

export interface Counted extends OutcomeWords {
  readonly count: number
}

/** All images, then the outcomes: the first one always, the others where there are any. */
export function counters(total: number, [first, ...others]: readonly Counted[]): Markup {
  const shown = [
    ...(first === undefined ? [] : [first]),
    ...others.filter(({ count }) => count > 0),
  ]
  const tiles = [
    fragment`<li><b>${formatCount(total)}</b><span>Images</span></li>`,
    ...shown.map(
      ({ word, tone, count }) =>
        fragment`<li class="${tone}">
          <b>${formatCount(count)}</b><span>${word}</span>
        </li>`,
    ),
  ]
  return fragment`<ul class="counters">
    ${join(tiles)}
  </ul>`
}

export const badge = ({ word, tone }: OutcomeWords): Markup =>
  fragment`<span class="badge ${tone}">${word}</span>`
