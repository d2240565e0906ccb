import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lastDue, nextDue } from '../../../../main/schedule/weekly-time.ts'

// A place whose clocks are changed, whatever the machine's own is.
let zone: string | undefined
beforeEach(() => {
  zone = process.env['TZ']
  process.env['TZ'] = 'Europe/Berlin'
})
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

const sunday = 0
const monday = 1
const at = (text: string): number => new Date(text).getTime()

describe('a weekly time', () => {
  test.each<
    readonly [what: string, now: string, weekday: number, hour: number, last: string, next: string]
  >([
    ['earlier this week', '2026-03-11T12:00', monday, 3, '2026-03-09T03:00', '2026-03-16T03:00'],
    ['later this week', '2026-03-11T12:00', 5, 3, '2026-03-06T03:00', '2026-03-13T03:00'],
    ['earlier today', '2026-03-11T12:00', 3, 3, '2026-03-11T03:00', '2026-03-18T03:00'],
    ['later today', '2026-03-11T02:00', 3, 3, '2026-03-04T03:00', '2026-03-11T03:00'],
    ['this very moment', '2026-03-11T03:00', 3, 3, '2026-03-11T03:00', '2026-03-18T03:00'],
    ['across the year', '2026-01-02T12:00', 3, 0, '2025-12-31T00:00', '2026-01-07T00:00'],
    [
      'a week with a change of clocks',
      '2026-03-25T12:00',
      monday,
      9,
      '2026-03-23T09:00',
      '2026-03-30T09:00',
    ],
    // From 2:00 to 3:00 there is no time on that day.
    [
      'an hour that is left out',
      '2026-03-28T12:00',
      sunday,
      2,
      '2026-03-22T02:00',
      '2026-03-29T03:00',
    ],
    ['the week after it', '2026-03-30T12:00', sunday, 2, '2026-03-29T03:00', '2026-04-05T02:00'],
  ])('that is %s', (_what, now, weekday, hour, last, next) => {
    expect(lastDue(at(now), { weekday, hour })).toBe(at(last))
    expect(nextDue(at(now), { weekday, hour })).toBe(at(next))
  })
})
