import { describe, expect, it } from 'vitest'
import { writeReport, type BatchReport } from '../../../../core/index.ts'
import { checkResult, finding, sampleReport } from './sample-report.ts'

const pageOf = (report: BatchReport): string => writeReport(report, 'html').text

describe('the HTML report', () => {
  const page = pageOf(sampleReport())

  it('escapes what comes from images and file names', () => {
    expect(page).toContain('db &quot;primary&quot;, &lt;old&gt;.qcow2')
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script')
  })

  it('loads nothing and forbids itself scripts', () => {
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'`)
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import/)
  })

  it('lists the worst images first', () => {
    const table = page.slice(page.indexOf('<tbody>'))
    const order = ['&lt;old&gt;', 'calc.qcow2', 'ci-01', 'web.qcow2'].map((name) =>
      table.indexOf(name),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('says what each problem image has, and what is left out', () => {
    expect(page).toContain('2 corruptions, 1 warning.')
    expect(page).toContain('And 4 more findings, not listed here.')
    expect(page).toContain('in use while it was checked')
    expect(page).toContain('Nothing was changed.')
  })

  it('counts those that need care as the library does: leaks among them', () => {
    const entry = (health: 'healthy' | 'leaks' | 'needs-repair') =>
      ({
        kind: 'checked',
        path: `/srv/${health}.qcow2`,
        result: checkResult({ health }),
        durationMs: 5,
      }) as const
    const entries = [entry('healthy'), entry('leaks'), entry('needs-repair')]
    expect(pageOf({ ...sampleReport(), entries })).toContain('2 images need care.')
  })

  it('stays openable with a thousand findings in one image', () => {
    const findings = Array.from({ length: 1000 }, () => finding())
    const result = checkResult({
      health: 'damaged',
      verdict: 'corrupt',
      corruptions: 1000,
      findings,
    })
    const large = pageOf({
      ...sampleReport(),
      entries: [{ kind: 'checked', path: '/srv/a.qcow2', result, durationMs: 5 }],
    })
    expect(large.match(/<li class="bad">/g)).toHaveLength(101)
    expect(large).toContain('And 900 more findings')
  })

  it('hides control characters and direction overrides in names', () => {
    const hidden = pageOf({
      ...sampleReport(),
      entries: [{ kind: 'cancelled', path: '/srv/\u202egpj\u0007.qcow2' }],
    })
    for (const character of ['\u202e', '\u0007']) expect(hidden).not.toContain(character)
  })

  it.each([
    [[], 'There were no images to check.'],
    [[{ kind: 'skipped', path: 'a.raw', reason: 'Raw.' }], 'Nothing could be checked.'],
    [
      [{ kind: 'checked', path: 'a', result: checkResult(), durationMs: 1 }],
      '1 image checked, no problems found.',
    ],
  ] as const)('opens with one sentence that sums up %#', (entries, sentence) => {
    expect(pageOf({ ...sampleReport(), entries })).toContain(sentence)
  })
})
