import { expect, it } from 'vitest'
import { isOwnUrl, windowUrl } from '../../../../main/desktop/window-origin.ts'

it('knows the window’s own pages', () => {
  expect(isOwnUrl(windowUrl)).toBe(true)
  expect(isOwnUrl('app://platter/assets/main.js?v=1#x')).toBe(true)
})

it.each([
  'https://example.com/',
  'http://platter/',
  'file:///app://platter/',
  'app://platter.evil/index.html',
  'app://evil/platter',
  'app://platter:1/index.html',
  'app://someone@platter/index.html',
  'app:platter',
  'about:blank',
  'data:text/html,app://platter/',
  'no url',
  '',
])('takes %j for a stranger', (url) => {
  expect(isOwnUrl(url)).toBe(false)
})
