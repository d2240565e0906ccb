import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { writeWorkReport } from '../../../../core/report/write-report.ts'
import { workReportSchemaVersion } from '../../../../core/report/work-json-report.ts'
import type { WorkEntry, WorkReport } from '../../../../core/report/work-report.ts'

const GiB = 1024 ** 3

const done: WorkEntry = {
  kind: 'done',
  outcome: 'done',
  path: '/vm/web.qcow2',
  summary: '1 GiB given back, in place',
  facts: [
    { label: 'Given back', bytes: GiB },
    { label: 'Clusters moved', count: 12 },
  ],
  onDisk: { before: 3 * GiB, after: 2 * GiB },
  durationMs: 61_000.4,
}
const failed: WorkEntry = {
  kind: 'failed',
  outcome: 'failed',
  path: '/vm/db.qcow2',
  error: new ImageError('file-in-use', { path: '/vm/db.qcow2', found: 'writing' }).toJSON(),
  durationMs: 3,
}
const entries: readonly WorkEntry[] = [
  done,
  failed,
  {
    kind: 'done',
    outcome: 'nothing',
    path: '/vm/small.qcow2',
    summary: 'Nothing to give back',
    facts: [{ label: 'Looked at', text: '=SUM(A1)' }],
    onDisk: { before: 1, after: 1 },
    durationMs: 1,
  },
  { kind: 'not-done', outcome: 'skipped', path: '/vm/a,b.raw', reason: 'It would lose a bitmap.' },
  { kind: 'not-done', outcome: 'cancelled', path: '/vm/<c>.qcow2', reason: 'The image is whole.' },
]
const report: WorkReport = {
  work: 'compact',
  title: '/vm',
  startedAt: Date.UTC(2026, 2, 1, 14, 5),
  endedAt: Date.UTC(2026, 2, 1, 14, 9),
  engineVersion: '1.2.3',
  entries,
}

describe('a report of work', () => {
  test('as CSV has a line an image and a column a fact, and no formula', () => {
    const { text, fileName, mimeType } = writeWorkReport(report, 'csv')
    expect(fileName).toBe('platter-compact-2026-03-01-1405.csv')
    expect(mimeType).toContain('text/csv')
    const lines = text.split('\r\n')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toBe(
      'path,outcome,summary,on_disk_before,on_disk_after,duration_ms,error_code,note,given_back,clusters_moved,looked_at',
    )
    expect(lines[1]).toBe(
      `/vm/web.qcow2,done,"1 GiB given back, in place",${3 * GiB},${2 * GiB},61000,,,${GiB},12,`,
    )
    expect(lines[2]).toContain(`/vm/db.qcow2,failed,,,,3,PLT-`)
    expect(lines[3]).toContain("'=SUM(A1)")
    expect(lines[4]).toBe('"/vm/a,b.raw",skipped,,,,,,It would lose a bitmap.,,,')
  })

  test('tells a repair that left damage from one that left none', () => {
    const some: readonly WorkEntry[] = [done, { ...done, outcome: 'needs-full-repair' }]
    const { text } = writeWorkReport({ ...report, entries: some }, 'csv')
    expect(text.split('\r\n')[2]).toContain('/vm/web.qcow2,needs-full-repair,')
    const json: unknown = JSON.parse(writeWorkReport({ ...report, entries: some }, 'json').text)
    expect(json).toMatchObject({ summary: { done: 1, 'needs-full-repair': 1 } })
    const page = writeWorkReport({ ...report, entries: some }, 'html').text
    expect(page).toContain('Needs full repair')
  })

  test('as JSON names its schema and says of each image what became of it', () => {
    const parsed: unknown = JSON.parse(writeWorkReport(report, 'json').text)
    expect(parsed).toMatchObject({
      schema: 'platter-work-report',
      schemaVersion: workReportSchemaVersion,
      work: 'compact',
      startedAt: '2026-03-01T14:05:00.000Z',
      summary: { total: 5, done: 1, nothing: 1, failed: 1, skipped: 1, cancelled: 1 },
      images: [
        { outcome: 'done', facts: done.facts, onDisk: { before: 3 * GiB, after: 2 * GiB } },
        { outcome: 'failed', error: { reason: 'file-in-use', safety: 'Nothing was changed.' } },
        { outcome: 'nothing' },
        { outcome: 'skipped', note: 'It would lose a bitmap.' },
        { outcome: 'cancelled', note: 'The image is whole.' },
      ],
    })
  })

  test('as HTML says first what failed, adds up what was given back, and runs nothing', () => {
    const { text } = writeWorkReport(report, 'html')
    expect(text).toContain(
      '1 image failed. 1 GiB given back. 1 image left out. 1 image not finished.',
    )
    expect(text.indexOf('db.qcow2')).toBeLessThan(text.indexOf('web.qcow2'))
    expect(text).toContain('Given back: 1 GiB · Clusters moved: 12')
    expect(text).toContain('&lt;c&gt;.qcow2')
    expect(text).toContain("default-src 'none'")
    expect(text).not.toMatch(/undefined|NaN|<script/)
  })

  test.each<readonly [readonly WorkEntry[], string]>([
    [[], 'There were no images to work on.'],
    [[done], '1 image done. 1 GiB given back.'],
    [[done, { ...done, outcome: 'still-damaged' }], '1 image still damaged. 2 GiB given back.'],
    [entries.slice(2, 3), 'There was nothing to do.'],
    [entries.slice(3, 4), 'Nothing was done. 1 image left out.'],
  ])('says in one sentence what it came to', (some, verdict) => {
    expect(writeWorkReport({ ...report, entries: some }, 'html').text).toContain(`>${verdict}<`)
  })
})
